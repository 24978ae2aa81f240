import { useId, useState } from 'react'
import { timeOf } from '../parts/instant.ts'
import { useZone } from '../parts/when.tsx'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import { fillOf, Legend, Patterns } from './fills.tsx'
import styles from './Histogram.module.css'
import { HistogramTable } from './HistogramTable.tsx'
import { useBrush } from './use-brush.ts'

/** Counted by the server over the whole range, in order of time, without empty bars. */
export interface Bar {
  readonly at: number
  readonly count: number
  readonly parts: Readonly<Record<string, number>>
}

export interface Series {
  readonly id: string
  readonly title: string
  /** One of the tokens, and one of four patterns, so that colour never stands alone. */
  readonly colour: string
  readonly pattern: 'plain' | 'hatch' | 'cross' | 'dots'
}

interface Props {
  readonly bars: readonly Bar[]
  readonly stepMs: number
  readonly from: number
  readonly to: number
  readonly series: readonly Series[]
  /** With the conclusion: how many, and of what. */
  readonly caption: string
  /** A stretch was chosen. */
  readonly onRange?: (from: number, to: number) => void
}

/** Stacked bars with a keyboard of their own, and the same as a table one click away. */
export const Histogram = (props: Props) => {
  const { say } = useWords()
  const id = useId()
  const [asTable, setAsTable] = useState(false)
  return (
    <figure className={styles.histogram} data-testid="histogram">
      <figcaption>
        <span>{props.caption}</span>
        <Legend series={props.series} id={id} />
        <Button variant="subtle" onClick={() => setAsTable(!asTable)}>
          {say(asTable ? 'ui.histogram.chart' : 'ui.histogram.table')}
        </Button>
      </figcaption>
      {asTable ? <HistogramTable {...props} /> : <Chart {...props} id={id} />}
    </figure>
  )
}

const width = 960
const height = 96

const Chart = (props: Props & { readonly id: string }) => {
  const { bars, stepMs, from, to, series, caption, onRange, id } = props
  const { say, language } = useWords()
  const zone = useZone()
  const tell = useTellBar(props)
  const first = Math.floor(from / stepMs) * stepMs
  const count = Math.max(1, Math.ceil((to - first) / stepMs))
  const slot = width / count
  const most = Math.max(1, ...bars.map((bar) => bar.count))
  const choose = (low: number, high: number) =>
    onRange?.(first + low * stepMs, first + (high + 1) * stepMs)
  const brush = useBrush(count, choose)
  const { low, high } = brush.chosen ?? { low: brush.at, high: brush.at }
  const slots = Array.from({ length: count }, (_, index) => first + index * stepMs)
  return (
    <>
      <div
        className={styles.chart}
        role="slider"
        tabIndex={0}
        aria-label={`${caption}. ${say('ui.histogram.keys')}`}
        aria-valuemin={0}
        aria-valuemax={count - 1}
        aria-valuenow={brush.at}
        aria-valuetext={tell(first + brush.at * stepMs)}
        onKeyDown={brush.onKeyDown}
      >
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          <Patterns series={series} id={id} />
          <rect
            className={styles.chosen}
            data-on={brush.chosen !== undefined}
            x={low * slot}
            width={(high - low + 1) * slot}
            y={0}
            height={height}
          />
          {bars.map((bar) => (
            <Stack
              key={bar.at}
              {...{ bar, series, id }}
              x={((bar.at - first) / stepMs) * slot}
              width={Math.max(1, slot - 1)}
              scale={height / most}
            />
          ))}
          {slots.map((at, index) => (
            <rect
              key={at}
              className={styles.hit}
              x={index * slot}
              width={slot}
              y={0}
              height={height}
              {...brush.bar(index)}
            >
              <title>{tell(at)}</title>
            </rect>
          ))}
        </svg>
      </div>
      <div className={styles.axis} aria-hidden="true">
        {[from, (from + to) / 2, to].map((at) => (
          <span key={at}>{timeOf(at, language, zone, 'minute')}</span>
        ))}
      </div>
    </>
  )
}

/** A bar in words: from when to when, and how many of each. */
const useTellBar = ({ bars, stepMs, series }: Props): ((at: number) => string) => {
  const { say, language, number } = useWords()
  const zone = useZone()
  const when = (at: number) => timeOf(at, language, zone, 'minute')
  const byTime = new Map(bars.map((bar) => [bar.at, bar]))
  return (at) => {
    const { parts = {} } = byTime.get(at) ?? {}
    const counts = series.map(({ id, title }) => `${title} ${number(parts[id] ?? 0)}`).join(', ')
    return say('ui.histogram.bar', { from: when(at), to: when(at + stepMs), counts })
  }
}

const Stack = ({
  bar,
  series,
  id,
  x,
  width,
  scale,
}: {
  readonly bar: Bar
  readonly series: readonly Series[]
  readonly id: string
  readonly x: number
  readonly width: number
  readonly scale: number
}) => {
  let top = height
  return series.map((one) => {
    const count = bar.parts[one.id] ?? 0
    if (count === 0) return null
    // What is not nothing shows.
    const tall = Math.max(1, count * scale)
    top -= tall
    return <rect key={one.id} x={x} width={width} y={top} height={tall} fill={fillOf(one, id)} />
  })
}
