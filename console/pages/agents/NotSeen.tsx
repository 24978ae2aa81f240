import type { Answer } from '../../api/client.ts'
import { useAnswer } from '../../api/queries.ts'
import { Outcome } from '../../parts/Outcome.tsx'
import { paths } from '../../paths.ts'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import styles from './See.module.css'

type Row = Answer<'get', '/api/v1/planes/{plane}/matrix'>['rows'][number]
/** Nobody reads more; the matrix has them all. */
const most = 100

/** What the agent is not told of or may not call, each with the question why. */
export const NotSeen = ({
  plane,
  agent,
  consumer,
  server,
  kind,
}: {
  readonly plane: string
  readonly agent: string
  readonly consumer: string
  readonly server: string | undefined
  readonly kind: Row['kind']
}) => {
  const { say } = useWords()
  const { data, error, refetch } = useAnswer('/api/v1/planes/{plane}/matrix', {
    params: {
      path: { plane },
      query: { agent, consumer, limit: 2000, ...(server !== undefined && { server }) },
    },
  })
  if (error) return <Failed what={say('agents.see.hidden')} problem={error} onRetry={refetch} />
  if (!data) return null
  const rows = data.rows.filter((row) => row.kind === kind && hides(row))
  if (rows.length === 0) return null
  const held = rows.filter(({ cells }) => cells[0] === 'held').length
  return (
    <section className={styles.seen} data-testid="agents.hidden">
      <h2>{say('agents.see.hidden')}</h2>
      <p>{say('agents.see.counts', { hidden: rows.length - held, held })}</p>
      <ul className={styles.list}>
        {rows.slice(0, most).map((row) => (
          <li key={`${row.server}/${row.kind}/${row.name}`} className={styles.hidden}>
            <code>
              {row.server}/{row.name}
            </code>
            <Outcome state={row.cells[0] === 'held' ? 'held' : 'denied'}>
              {sayWhy(row, say)}
            </Outcome>
            <Go
              to={`${paths.explain()}?plane=${plane}&client=${agent}@${consumer}&server=${row.server}&kind=${row.kind}&name=${encodeURIComponent(row.name)}`}
            >
              {say('agents.see.why')}
            </Go>
          </li>
        ))}
      </ul>
      {rows.length > most && <p>{say('agents.see.more', { count: rows.length - most })}</p>}
    </section>
  )
}

const hides = ({ cells }: Row): boolean => cells[0] !== 'permitted' && cells[0] !== 'depends'

const sayWhy = (row: Row, say: ReturnType<typeof useWords>['say']): string =>
  row.class === 'unclassified'
    ? say('ui.class.unclassified')
    : say(`catalog.cell.${row.cells[0] ?? 'none'}`)
