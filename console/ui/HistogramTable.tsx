import { When } from '../parts/when.tsx'
import { useWords } from '../words/words.ts'
import styles from './Histogram.module.css'
import type { Bar, Series } from './Histogram.tsx'

/** The same numbers, for reading and for copying. */
export const HistogramTable = ({
  bars,
  series,
  stepMs,
}: {
  readonly bars: readonly Bar[]
  readonly series: readonly Series[]
  readonly stepMs: number
}) => {
  const { say, number } = useWords()
  return (
    <div className={styles.table}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('ui.histogram.from')}</th>
            <th scope="col">{say('ui.histogram.to')}</th>
            {series.map(({ id, title }) => (
              <th scope="col" key={id}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.at}>
              <th scope="row">
                <When at={bar.at} how="minute" />
              </th>
              <td>
                <When at={bar.at + stepMs} how="minute" />
              </td>
              {series.map(({ id }) => (
                <td key={id}>{number(bar.parts[id] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
