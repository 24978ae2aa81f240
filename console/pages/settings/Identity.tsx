import { useState } from 'react'
import { useAll } from '../../api/all.ts'
import { useMe } from '../../api/session.ts'
import { useManaged } from '../../parts/managed.ts'
import { PlaneName, planeColumn, usePlanes } from '../../parts/planes.tsx'
import { useGoverned, usePlanesWhere } from '../../parts/rights.ts'
import { Button } from '../../ui/Button.tsx'
import { List } from '../../ui/List.tsx'
import { useWords } from '../../words/words.ts'
import { EditIssuer, type IssuerRow, RemoveIssuer } from './EditIssuer.tsx'
import styles from './settings.module.css'

const path = '/api/v1/planes/{plane}/issuers'

/** Whose tokens are trusted beside our own, plane by plane. */
export const Identity = () => {
  const words = useWords()
  const { say } = words
  const planes = usePlanes()
  const mine = usePlanesWhere('issuers')
  const issuers = useAll(path, mine)
  const me = useMe().data
  const title = say('settings.identity')
  const managed = useManaged()
  const writable = useGoverned(planes)
  const [editing, setEditing] = useState<IssuerRow | 'new'>()
  const [removing, setRemoving] = useState<IssuerRow>()
  const make = writable.length > 0 && (
    <Button tone="main" onClick={() => setEditing('new')}>
      {say('settings.issuer.make')}
    </Button>
  )
  const acts = {
    id: 'acts',
    title: say('settings.issuer.edit'),
    cell: (row: IssuerRow) =>
      writable.includes(row.document.plane) && (
        <span className={styles.acts}>
          <Button
            aria-label={say('settings.issuer.edit.act', { name: row.document.name })}
            disabledReason={managed(row)}
            onClick={() => setEditing(row)}
          >
            {say('settings.issuer.edit')}
          </Button>
          <Button
            aria-label={say('settings.issuer.remove.act', { name: row.document.name })}
            disabledReason={managed(row)}
            onClick={() => setRemoving(row)}
          >
            {say('settings.remove')}
          </Button>
        </span>
      ),
  }
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
            action: make,
          }}
          tools={make}
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
            ...(writable.length > 0 ? [acts] : []),
          ]}
        />
      )}
      {editing && (
        <EditIssuer
          row={editing === 'new' ? undefined : editing}
          planes={writable}
          onClose={() => setEditing(undefined)}
        />
      )}
      {removing && <RemoveIssuer row={removing} onClose={() => setRemoving(undefined)} />}
    </>
  )
}
