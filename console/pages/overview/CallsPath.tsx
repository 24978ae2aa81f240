import type { Answer } from '../../api/client.ts'
import { useAnswers } from '../../api/queries.ts'
import { sinceUntil } from '../../filters/time.ts'
import { type Station, type StationState, stations } from '../../parts/path.ts'
import { type SummedStation, SumStrip } from '../../parts/SumStrip.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { useWords } from '../../words/words.ts'
import { failing } from '../ledger/fields.ts'
import { LastCall } from './LastCall.tsx'
import styles from './Overview.module.css'
import { Panel } from './Panel.tsx'
import type { OverviewState } from './use-overview.ts'

const path = '/api/v1/planes/{plane}/calls/path'
type Told = Answer<'get', typeof path>

/** The product's one sentence with counts on it, and whether all that arrived is recorded. */
export const CallsPath = ({
  planes,
  state,
}: {
  readonly planes: readonly string[]
  readonly state: OverviewState
}) => {
  const { say, number } = useWords()
  const { range, everyMs, ledgerOf } = state
  const query = sinceUntil(range)
  const answers = useAnswers(
    path,
    planes.map((plane) => [plane, { params: { path: { plane }, query } }] as const),
    everyMs === undefined ? {} : { everyMs },
  )
  const title = say('overview.path')
  const failed = answers.find(({ query }) => query.error)?.query
  const told = answers.flatMap(({ query }) => (query.data ? [query.data] : []))
  const of = (what: 'arrived' | 'recorded' | 'underWay' | 'behind') =>
    told.reduce((sum, one) => sum + one[what], 0)
  if (failed?.error) return <Failed what={title} problem={failed.error} onRetry={failed.refetch} />
  const [arrived, recorded, underWay] = [of('arrived'), of('recorded'), of('underWay')]
  const isWhole = arrived === recorded + underWay
  return (
    <Panel title={title}>
      {told.length < planes.length ? (
        <Loading what={title} rows={2} />
      ) : (
        <div data-testid="overview.path" data-arrived={arrived} data-recorded={recorded}>
          <SumStrip arrived={arrived} to={ledgerOf()} summed={summedOf(told, ledgerOf)} />
          <p
            className={isWhole ? styles.whole : styles.broken}
            role={isWhole ? undefined : 'alert'}
          >
            <span aria-hidden="true">{isWhole ? '✓' : '▲'} </span>
            {say(underWay === 0 ? 'overview.recorded' : 'overview.recordedUnderWay', {
              arrived: number(arrived),
              recorded: number(recorded),
              underWay: number(underWay),
            })}
          </p>
          {of('behind') > 0 && <p>{say('ledger.behind', { behind: of('behind') })}</p>}
          {arrived === 0 && <LastCall planes={planes} />}
        </div>
      )}
    </Panel>
  )
}

const summedOf = (
  told: readonly Told[],
  ledgerOf: OverviewState['ledgerOf'],
): readonly SummedStation[] =>
  stations.map((station) => {
    const here = told.flatMap((one) => one.stations.filter((row) => row.station === station))
    const stopped = new Map<StationState, number>()
    for (const { state, count } of here.flatMap((one) => one.stopped))
      stopped.set(state, (stopped.get(state) ?? 0) + count)
    return {
      station,
      passed: here.reduce((sum, { passed }) => sum + passed, 0),
      stopped: [...stopped].map(([state, count]) => ({
        state,
        count,
        to: ledgerOf(stoppedThere(station, state)),
      })),
    }
  })

const stoppedThere = (station: Station, state: StationState): string => {
  if (state === 'failed') return `f.outcome=${failing.join(',')}`
  if (state === 'unknown') return 'f.outcome=unknown'
  return `f.outcome=${state}&f.station=${station}`
}
