import { Outcome } from '../../parts/Outcome.tsx'
import { PlaneName, usePlanes } from '../../parts/planes.tsx'
import { paths } from '../../paths.ts'
import { NothingYet } from '../../ui/Empty.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Go, useGo } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
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
  const isEmpty = !held.isPending && held.failures.length === 0 && held.rows.length === 0
  return (
    <>
      {held.failures.map(({ plane, problem, retry }) => (
        <Failed
          key={plane}
          what={`${say('drift.title')}, ${plane}`}
          problem={problem}
          onRetry={retry}
        />
      ))}
      {held.isPending && <Loading what={say('drift.title')} />}
      {isEmpty && <NothingYet title={say('drift.none')}>{say('drift.none.body')}</NothingYet>}
      {held.rows.length > 0 && (
        <Table
          id="drift.list"
          label={say('drift.title')}
          columns={columnsOf(words)}
          rows={held.rows}
          keyOf={(row) => `${row.plane}/${row.server}/${keyOf(row)}`}
          onOpen={(row) => go(addressOf(row))}
        />
      )}
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
    { id: 'plane', title: say('frame.plane'), cell: ({ plane }) => <PlaneName plane={plane} /> },
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
