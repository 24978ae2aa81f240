import { useAnswers } from '../../api/queries.ts'
import { PlaneName, usePlanes } from '../../parts/planes.tsx'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { Table } from '../../ui/Table.tsx'
import { useWords } from '../../words/words.ts'

const path = '/api/v1/planes/{plane}/issuers'

/** Whose tokens are trusted beside our own, plane by plane. */
export const Identity = () => {
  const { say } = useWords()
  const planes = usePlanes()
  const answers = useAnswers(
    path,
    planes.map((plane) => [plane, { params: { path: { plane }, query: { limit: 500 } } }]),
  )
  const title = say('settings.identity')
  const rows = answers.flatMap(({ query }) => query.data?.items ?? [])
  const isPending = answers.some(({ query }) => query.isPending)
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
      {answers.map(
        ({ plane, query }) =>
          query.error && (
            <Failed
              key={plane}
              what={`${title}, ${plane}`}
              problem={query.error}
              onRetry={query.refetch}
            />
          ),
      )}
      {isPending && <Loading what={title} />}
      {!isPending && rows.length === 0 && answers.every(({ query }) => !query.error) && (
        <NothingYet title={say('settings.identity.empty.title')}>
          {say('settings.identity.empty.body')}
        </NothingYet>
      )}
      {rows.length > 0 && (
        <Table
          id="settings.issuers"
          label={title}
          rows={rows}
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
            {
              id: 'plane',
              title: say('frame.plane'),
              cell: ({ document: { plane } }) => <PlaneName plane={plane} />,
            },
          ]}
        />
      )}
    </>
  )
}
