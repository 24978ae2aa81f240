import { useAll } from '../../api/all.ts'
import { useMe } from '../../api/session.ts'
import { PlaneName, planeColumn, usePlanes } from '../../parts/planes.tsx'
import { usePlanesWith } from '../../parts/rights.ts'
import { List } from '../../ui/List.tsx'
import { useWords } from '../../words/words.ts'

const path = '/api/v1/planes/{plane}/issuers'

/** Whose tokens are trusted beside our own, plane by plane. */
export const Identity = () => {
  const words = useWords()
  const { say } = words
  const planes = usePlanes()
  const mine = usePlanesWith('issuers')
  const issuers = useAll(path, mine)
  const me = useMe().data
  const title = say('settings.identity')
  return (
    <>
      <p>{say('settings.identity.own')}</p>
      <ul>
        {planes.map((plane) => (
          <li key={plane}>
            <PlaneName plane={plane} /> <code>{`${location.origin}/oauth/${plane}`}</code>
          </li>
        ))}
      </ul>
      {me && mine.length === 0 && !me.person.administrator ? (
        <p>{say('settings.identity.notYours')}</p>
      ) : (
        <List
          id="settings.issuers"
          label={title}
          of={issuers}
          empty={{
            title: say('settings.identity.empty.title'),
            says: say('settings.identity.empty.body'),
          }}
          keyOf={({ document: { plane, name } }) => `${plane}/${name}`}
          columns={[
            {
              id: 'name',
              title: say('settings.name'),
              cell: ({ document: { name } }) => <code>{name}</code>,
            },
            {
              id: 'issuer',
              title: say('settings.issuer'),
              cell: ({ document: { issuer } }) => <code>{issuer}</code>,
            },
            {
              id: 'says',
              title: say('settings.says'),
              cell: ({ document: { title } }) => title ?? '—',
            },
            { id: 'set', title: say('settings.set'), cell: ({ set }) => set ?? '—' },
            planeColumn(words),
          ]}
        />
      )}
    </>
  )
}
