import type { Answer } from '../../api/client.ts'
import { useAnswers } from '../../api/queries.ts'
import type { Filter } from '../../filters/grammar.ts'
import { boundsOf, type Range } from '../../filters/time.ts'
import { timeOf } from '../../parts/instant.ts'
import { useZone } from '../../parts/when.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { type Bar, Histogram, type Series } from '../../ui/Histogram.tsx'
import { Dimmed, Loading } from '../../ui/Loading.tsx'
import { useWords, type Words } from '../../words/words.ts'
import { failing } from './fields.ts'
import { askOf } from './question.ts'

const path = '/api/v1/planes/{plane}/calls/histogram'
type Told = Answer<'get', typeof path>
type Step = '1m' | '5m' | '15m' | '1h' | '1d'

export const outcomeSeries = ({ say }: Words): readonly Series[] => [
  series('permitted', say('ui.outcome.permitted'), 'var(--permit)', 'plain'),
  series('denied', say('ui.outcome.denied'), 'var(--refuse)', 'hatch'),
  series('limited', say('ui.outcome.limited'), 'var(--refuse)', 'dots'),
  series('held', say('ui.outcome.held'), 'var(--hold)', 'plain'),
  series('failed', say('ui.outcome.failed'), 'var(--error)', 'cross'),
]
const series = (id: string, title: string, colour: string, pattern: Series['pattern']) => ({
  id,
  title,
  colour,
  pattern,
})

interface Props {
  readonly planes: readonly string[]
  readonly filters: readonly Filter[]
  readonly range: Range
  readonly now: number
  readonly step?: Step
  readonly everyMs?: number | undefined
  readonly onRange: (from: number, to: number) => void
}

/** Calls by outcome over the whole range, counted by the server, of which the failed ones are asked for beside. */
export const CallHistogram = (props: Props) => {
  const { planes, filters, range, now, step, everyMs, onRange } = props
  const words = useWords()
  const { say, language } = words
  const zone = useZone()
  const failed: Filter = { field: 'outcome', not: false, values: failing }
  const answers = useAnswers(
    path,
    [filters, [...filters, failed]].flatMap((all) =>
      planes.map((plane) => {
        const query = { ...askOf(all, range), ...(step && { step }) }
        return [plane, { params: { path: { plane }, query } }] as const
      }),
    ),
    everyMs === undefined ? {} : { everyMs },
  )
  const what = say('ledger.histogram')
  const wrong = answers.find(({ query }) => query.error)?.query
  if (wrong?.error) return <Failed what={what} problem={wrong.error} onRetry={wrong.refetch} />
  if (answers.some(({ query }) => query.isPending)) return <Loading what={what} rows={3} />
  const told = answers.flatMap(({ query }) => (query.data ? [query.data] : []))
  const all = told.slice(0, planes.length)
  const bars = barsOf(all, told.slice(planes.length))
  const total = all.reduce((sum, one) => sum + one.total, 0)
  const behind = Math.max(0, ...all.map((one) => one.behind))
  const { from, to } = boundsOf(range, now)
  const when = (at: number) => timeOf(at, language, zone, 'minute')
  const caption = say('ui.histogram.caption', { total, from: when(from), to: when(to) })
  return (
    <Dimmed on={answers.some(({ query }) => query.isPlaceholderData)}>
      <div data-testid="ledger.histogram" data-total={total}>
        <Histogram
          bars={bars}
          stepMs={all[0]?.stepMs ?? 60_000}
          from={from}
          to={to}
          series={outcomeSeries(words)}
          caption={behind === 0 ? caption : `${caption}. ${say('ledger.behind', { behind })}`}
          onRange={onRange}
        />
      </div>
    </Dimmed>
  )
}

/** Failed ones were permitted: what is permitted here is what went well or is under way. */
const barsOf = (all: readonly Told[], failed: readonly Told[]): readonly Bar[] => {
  const bars = new Map<number, { count: number; parts: Record<string, number> }>()
  const barAt = (at: number) => {
    const bar = bars.get(at) ?? { count: 0, parts: {} }
    bars.set(at, bar)
    return bar
  }
  const add = (parts: Record<string, number>, id: string, count: number) => {
    parts[id] = (parts[id] ?? 0) + count
  }
  for (const { at, count, decisions } of all.flatMap((one) => one.bars)) {
    const bar = barAt(at)
    bar.count += count
    for (const [decision, n] of Object.entries(decisions)) add(bar.parts, decision, n)
  }
  for (const { at, count } of failed.flatMap((one) => one.bars)) {
    const { parts } = barAt(at)
    add(parts, 'failed', count)
    add(parts, 'permitted', -count)
  }
  return [...bars].map(([at, bar]) => ({ at, ...bar })).toSorted((a, b) => a.at - b.at)
}
