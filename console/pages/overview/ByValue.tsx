import type { Answer } from '../../api/client.ts'
import { useAnswers } from '../../api/queries.ts'
import { sinceUntil } from '../../filters/time.ts'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { useWords } from '../../words/words.ts'
import { sayValue, titleOf } from '../ledger/fields.ts'
import styles from './Overview.module.css'
import type { By, OverviewState } from './use-overview.ts'

const path = '/api/v1/planes/{plane}/calls/traffic'
type Value = Answer<'get', typeof path>['values'][number]
type Outcome = keyof Value['outcomes']

const drawn: readonly Outcome[] = [
  'permitted',
  'denied',
  'limited',
  'held',
  'failed',
  'unknown',
  'underWay',
]

interface Props {
  readonly by: By
  readonly top: number
  readonly planes: readonly string[]
  readonly state: OverviewState
}

/** Calls by what they have in common, each as one bar by outcome; all bars of it are to one scale. */
export const ByValue = ({ by, top, planes, state: { range, everyMs, ledgerOf } }: Props) => {
  const words = useWords()
  const { say, number } = words
  const answers = useAnswers(
    path,
    planes.map((plane) => {
      const query = { ...sinceUntil(range), by, top: 100 }
      return [plane, { params: { path: { plane }, query } }] as const
    }),
    everyMs === undefined ? {} : { everyMs },
  )
  const title = titleOf(words, by)
  const failed = answers.find(({ query }) => query.error)?.query
  if (failed?.error) return <Failed what={title} problem={failed.error} onRetry={failed.refetch} />
  if (answers.some(({ query }) => query.isPending)) return <Loading what={title} rows={5} />
  const all = summed(answers.flatMap(({ query }) => query.data?.values ?? []))
  const values = all.slice(0, top)
  const total = answers.reduce((sum, { query }) => sum + (query.data?.total ?? 0), 0)
  const others = total - values.reduce((sum, { count }) => sum + count, 0)
  const most = Math.max(1, ...values.map(({ count }) => count))
  if (total === 0) return <p>{say('overview.none')}</p>
  return (
    <table className={styles.values} data-testid={`overview.by.${by}`}>
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">
            <span className="visually-hidden">{say('overview.outcomes')}</span>
          </th>
          <th scope="col">{say('overview.calls')}</th>
          <th scope="col">{say('overview.denied')}</th>
          <th scope="col">{say('overview.failed')}</th>
        </tr>
      </thead>
      <tbody>
        {values.map(({ value, count, outcomes }) => (
          <tr key={value} data-id={value} data-count={count}>
            <th scope="row">
              <Go to={ledgerOf(`f.${by}=${encodeURIComponent(value)}`)}>
                <code>{sayValue(words, by, value)}</code>
              </Go>
            </th>
            <td>
              <Stack outcomes={outcomes} most={most} />
            </td>
            <td>{number(count)}</td>
            <td>{share(number, outcomes.denied, count)}</td>
            <td>{share(number, outcomes.failed, count)}</td>
          </tr>
        ))}
        {others > 0 && (
          <tr>
            <th scope="row">{say('ui.facets.others')}</th>
            <td />
            <td>{number(others)}</td>
            <td />
            <td />
          </tr>
        )}
      </tbody>
    </table>
  )
}

const share = (
  number: ReturnType<typeof useWords>['number'],
  part: number,
  count: number,
): string => number(part / count, { style: 'percent', maximumFractionDigits: 1 })

/** The numbers of it stand beside it. */
const Stack = ({
  outcomes,
  most,
}: {
  readonly outcomes: Value['outcomes']
  readonly most: number
}) => (
  <span className={styles.stack} aria-hidden="true">
    {drawn
      .filter((outcome) => outcomes[outcome] > 0)
      .map((outcome) => (
        <i
          key={outcome}
          data-outcome={outcome}
          style={{ width: `${(outcomes[outcome] / most) * 100}%` }}
        />
      ))}
  </span>
)

/** The same value in several planes is one. */
const summed = (values: readonly Value[]): readonly Value[] => {
  const all = new Map<string, Value>()
  for (const one of values) {
    const known = all.get(one.value)
    all.set(one.value, known ? both(known, one) : one)
  }
  return [...all.values()].toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}

const both = (one: Value, other: Value): Value => {
  const outcomes = { ...one.outcomes }
  for (const outcome of drawn) outcomes[outcome] += other.outcomes[outcome]
  return { value: one.value, count: one.count + other.count, outcomes }
}
