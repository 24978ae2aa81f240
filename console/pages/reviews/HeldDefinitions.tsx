import { Outcome } from '../../parts/Outcome.tsx'
import { planeColumn, usePlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { Go, useGo } from '../../ui/Go.tsx'
import { List } from '../../ui/List.tsx'
import type { Column } from '../../ui/Table.tsx'
import { useWords, type Words } from '../../words/words.ts'
import { sayKind } from '../catalog/capability-columns.tsx'
import { keyOf } from '../catalog/classes.ts'
import { type Held, useHeld } from './held.ts'

const addressOf = (row: Held): string =>
  `${paths.driftOf(row.server, keyOf(row))}&plane=${row.plane}`

/** Definitions that changed since a person approved them: their calls are held, other capabilities go on. */
export const HeldDefinitions = () => {
  const words = useWords()
  const { say } = words
  const go = useGo()
  const planes = usePlanes()
  const held = useHeld(planes, 'held')
  const gone = useHeld(planes, 'absent').rows.filter((row) => row.class !== 'unclassified')
  return (
    <>
      <List
        id="drift.list"
        label={say('drift.title')}
        of={held}
        empty={{ title: say('drift.none'), says: say('drift.none.body') }}
        columns={columnsOf(words)}
        keyOf={(row) => `${row.plane}/${row.server}/${keyOf(row)}`}
        onOpen={(row) => go(addressOf(row))}
      />
      {gone.length > 0 && (
        <section data-testid="drift.gone">
          <h2>{say('drift.gone')}</h2>
          <p>{say('drift.gone.says')}</p>
          <ul>
            {gone.map((row) => (
              <li key={`${row.plane}/${row.server}/${keyOf(row)}`}>
                <Go
                  to={`${paths.item(row.server, 'capabilities')}?plane=${row.plane}&peek=${encodeURIComponent(keyOf(row))}`}
                >
                  {row.server}/{row.name}
                </Go>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

const columnsOf = (words: Words): readonly Column<Held>[] => {
  const { say, number } = words
  return [
    {
      id: 'name',
      title: say('catalog.capability'),
      cell: (row) => (
        <Go to={addressOf(row)} tabIndex={-1}>
          <code>{row.name}</code>
        </Go>
      ),
    },
    { id: 'server', title: say('catalog.item'), cell: ({ server }) => server },
    planeColumn(words),
    { id: 'kind', title: say('catalog.kind'), cell: ({ kind }) => sayKind(words, kind) },
    { id: 'class', title: say('catalog.class'), cell: (row) => say(`ui.class.${row.class}`) },
    {
      id: 'fields',
      title: say('catalog.changes.fields'),
      align: 'right',
      cell: ({ changes }) => number(changes?.length ?? 0),
    },
    {
      id: 'findings',
      title: say('catalog.findings'),
      cell: ({ findings }) => {
        const serious = findings.filter(({ severity }) => severity === 'serious').length
        return serious === 0 ? (
          '—'
        ) : (
          <Outcome state="held">{say('catalog.suspicious', { count: serious })}</Outcome>
        )
      },
    },
    { id: 'owner', title: say('catalog.owner'), cell: ({ owner }) => owner },
  ]
}
