import { type KeyboardEvent, useId, useState } from 'react'
import { timeOf, useZone } from '../parts/when.tsx'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import styles from './Histogram.module.css'
import { HistogramTable } from './HistogramTable.tsx'

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
  readonly caption: string
  /** A stretch was chosen: by dragging, by two clicks, by the keyboard, or as two times. */
  readonly onRange?: (from: number, to: number) => void
}

const width = 960
const height = 96

/** Stacked bars with a keyboard of their own, and the same as a table one click away. */
export const Histogram = (props: Props) => {
  const { bars, stepMs, from, to, series, caption, onRange } = props
  const { say, language, number } = useWords()
  const zone = useZone()
  const id = useId()
  const [asTable, setAsTable] = useState(false)
  const [at, setAt] = useState(0)
  const [start, setStart] = useState<number>()
  const first = Math.floor(from / stepMs) * stepMs
  const count = Math.max(1, Math.ceil((to - first) / stepMs))
  const most = Math.max(1, ...bars.map((bar) => bar.count))
  const slot = width / count
  const byIndex = new Map(bars.map((bar) => [Math.round((bar.at - first) / stepMs), bar]))
  const tell = (index: number): string => {
    const when = (ms: number) => timeOf(ms, language, zone, 'minute')
    const bar = byIndex.get(index)
    const counts = series
      .map(({ id, title }) => `${title} ${number(bar?.parts[id] ?? 0)}`)
      .join(', ')
    return say('ui.histogram.bar', {
      from: when(first + index * stepMs),
      to: when(first + (index + 1) * stepMs),
      counts,
    })
  }
  const choose = (a: number, b: number) =>
    onRange?.(first + Math.min(a, b) * stepMs, first + (Math.max(a, b) + 1) * stepMs)
  const click = (index: number) => {
    setAt(index)
    if (start === undefined) return setStart(index)
    setStart(undefined)
    choose(start, index)
  }
  const key = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -count, End: count }[event.key]
    if (step !== undefined) {
      if (event.shiftKey && start === undefined) setStart(at)
      if (!event.shiftKey) setStart(undefined)
      setAt(Math.max(0, Math.min(count - 1, at + step)))
    } else if (event.key === 'Enter') {
      setStart(undefined)
      choose(start ?? at, at)
    } else if (event.key === 'Escape' && start !== undefined) setStart(undefined)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const low = Math.min(start ?? at, at)
  const high = Math.max(start ?? at, at)
  return (
    <figure className={styles.histogram} data-testid="histogram">
      <figcaption>
        <span>{caption}</span>
        <Legend series={series} id={id} />
        <Button variant="subtle" onClick={() => setAsTable(!asTable)}>
          {say(asTable ? 'ui.histogram.chart' : 'ui.histogram.table')}
        </Button>
      </figcaption>
      {asTable ? (
        <HistogramTable bars={bars} series={series} stepMs={stepMs} />
      ) : (
        <>
          <svg
            viewBox={`0 0 ${width} ${height}`}
            preserveAspectRatio="none"
            className={styles.chart}
            role="slider"
            tabIndex={0}
            aria-label={`${caption}. ${say('ui.histogram.keys')}`}
            aria-valuemin={0}
            aria-valuemax={count - 1}
            aria-valuenow={at}
            aria-valuetext={tell(at)}
            onKeyDown={key}
          >
            <Patterns series={series} id={id} />
            <rect
              className={styles.chosen}
              x={low * slot}
              width={(high - low + 1) * slot}
              y={0}
              height={height}
              data-on={start !== undefined}
            />
            {[...byIndex].map(([index, bar]) => (
              <Stack
                key={index}
                {...{ bar, series, id }}
                x={index * slot}
                width={Math.max(1, slot - 1)}
                scale={height / most}
              />
            ))}
            {Array.from({ length: count }, (_, index) => (
              <rect
                key={index}
                className={styles.hit}
                x={index * slot}
                width={slot}
                y={0}
                height={height}
                onPointerDown={() => {
                  setAt(index)
                  if (start === undefined) setStart(index)
                }}
                onPointerEnter={(event) => event.buttons === 1 && setAt(index)}
                onPointerUp={() =>
                  start === undefined || start === index ? undefined : click(index)
                }
              >
                <title>{tell(index)}</title>
              </rect>
            ))}
          </svg>
          <div className={styles.axis} aria-hidden="true">
            <span>{timeOf(from, language, zone, 'minute')}</span>
            <span>{timeOf((from + to) / 2, language, zone, 'minute')}</span>
            <span>{timeOf(to, language, zone, 'minute')}</span>
          </div>
        </>
      )}
    </figure>
  )
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
    const tall = (bar.parts[one.id] ?? 0) * scale
    if (tall === 0) return null
    top -= Math.max(1, tall)
    return (
      <rect
        key={one.id}
        x={x}
        width={width}
        y={top}
        height={Math.max(1, tall)}
        fill={fillOf(one, id)}
      />
    )
  })
}

const fillOf = ({ id, colour, pattern }: Series, chart: string): string =>
  pattern === 'plain' ? colour : `url(#${chart}-${id})`

const marks = { hatch: 'M0 6L6 0', cross: 'M0 6L6 0M0 0L6 6', dots: 'M3 2v2' } as const

const Patterns = ({ series, id }: { readonly series: readonly Series[]; readonly id: string }) => (
  <defs>
    {series.map(({ id: one, colour, pattern }) =>
      pattern === 'plain' ? null : (
        <pattern key={one} id={`${id}-${one}`} width={6} height={6} patternUnits="userSpaceOnUse">
          <rect width={6} height={6} fill={colour} />
          <path d={marks[pattern]} stroke="var(--surface)" strokeWidth={1.5} />
        </pattern>
      ),
    )}
  </defs>
)

const Legend = ({ series, id }: { readonly series: readonly Series[]; readonly id: string }) => (
  <ul className={styles.legend}>
    {series.map((one) => (
      <li key={one.id}>
        <svg width={12} height={12} aria-hidden="true">
          <rect width={12} height={12} fill={fillOf(one, id)} />
        </svg>
        {one.title}
      </li>
    ))}
  </ul>
)
