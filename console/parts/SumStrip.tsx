import { Go } from '../ui/Go.tsx'
import { useWords } from '../words/words.ts'
import { Glyph } from './Glyph.tsx'
import { type Station, type StationState, sayState, sayStation, stations } from './path.ts'
import './strip.css'
import styles from './SumStrip.module.css'

/** How many calls came to a station, and how many the road ended for there, by what became of them. */
export interface SummedStation {
  readonly station: Station
  readonly passed: number
  readonly stopped: readonly {
    readonly state: StationState
    readonly count: number
    readonly to: string
  }[]
}

/** The same road with counts on it: every number leads to the calls that it counts. */
export const SumStrip = ({
  arrived,
  to,
  summed,
}: {
  readonly arrived: number
  readonly to: string
  readonly summed: readonly SummedStation[]
}) => {
  const words = useWords()
  return (
    <ol className={styles.sum}>
      <li>
        <span className={styles.station}>{words.say('ui.strip.arrived')}</span>
        <Go to={to} className={styles.count ?? ''}>
          {words.number(arrived)}
        </Go>
      </li>
      {stations.map((station) => {
        const { passed = 0, stopped = [] } = summed.find((one) => one.station === station) ?? {}
        return (
          <li key={station} data-station={station}>
            <span className={styles.station}>{sayStation(words, station)}</span>
            <span className={styles.count}>
              <svg width={14} height={14} viewBox="0 0 14 14" aria-hidden="true">
                <Glyph state={station === 'record' ? 'recorded' : 'passed'} x={7} y={7} />
              </svg>
              {words.number(passed)}
            </span>
            {stopped
              .filter(({ count }) => count > 0)
              .map(({ state, count, to: there }) => (
                <Go key={state} to={there} className={styles.stop ?? ''}>
                  <svg width={12} height={12} viewBox="0 0 12 12" aria-hidden="true">
                    <Glyph state={state} x={6} y={6} r={4} />
                  </svg>
                  {words.number(count)} {sayState(words, state)}
                </Go>
              ))}
          </li>
        )
      })}
    </ol>
  )
}
