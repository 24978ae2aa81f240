import styles from './Histogram.module.css'
import type { Series } from './Histogram.tsx'

/** `chart` is the id of the drawing that holds the patterns. */
export const fillOf = ({ id, colour, pattern }: Series, chart: string): string =>
  pattern === 'plain' ? colour : `url(#${chart}-${id})`

const marks = { hatch: 'M0 6L6 0', cross: 'M0 6L6 0M0 0L6 6', dots: 'M3 2v2' } as const

export const Patterns = ({
  series,
  id,
}: {
  readonly series: readonly Series[]
  readonly id: string
}) => (
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

/** It brings its own patterns: the drawing may be away while the table is shown. */
export const Legend = ({
  series,
  id,
}: {
  readonly series: readonly Series[]
  readonly id: string
}) => (
  <ul className={styles.legend}>
    {series.map((one) => (
      <li key={one.id}>
        <svg width={12} height={12} aria-hidden="true">
          <Patterns series={[one]} id={`${id}-legend`} />
          <rect width={12} height={12} fill={fillOf(one, `${id}-legend`)} />
        </svg>
        {one.title}
      </li>
    ))}
  </ul>
)
