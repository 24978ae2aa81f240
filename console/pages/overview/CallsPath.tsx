import type { Answer } from '../../api/client.ts'
import { useAnswers } from '../../api/queries.ts'
import { sinceUntil } from '../../filters/time.ts'
import { type Station, type StationState, stations } from '../../parts/path.ts'
import { type SummedStation, SumStrip } from '../../parts/SumStrip.tsx'
import { When } from '../../parts/when.tsx'
import { paths } from '../../paths.ts'
import { Failed } from '../../ui/Failed.tsx'
import { Go } from '../../ui/Go.tsx'
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
  const counts = {
    arrived: number(arrived),
    recorded: number(recorded),
    underWay: number(underWay),
  }
  const isWhole = arrived === recorded + underWay
  return (
    <Panel title={title}>
      {told.length < planes.length ? (
        <Loading what={title} rows={2} />
      ) : (
        <div data-testid="overview.path" data-arrived={arrived} data-recorded={recorded}>
          <SumStrip arrived={arrived} to={ledgerOf()} summed={summedOf(told, ledgerOf)} />
          {isWhole ? (
            <p className={styles.whole}>
              <span aria-hidden="true">✓ </span>
              {say(underWay === 0 ? 'overview.recorded' : 'overview.recordedUnderWay', counts)}
            </p>
          ) : (
            <div role="alert" className={styles.broken}>
              <p>
                <span aria-hidden="true">▲ </span>
                {say('overview.unrecorded', {
                  ...counts,
                  lost: number(arrived - recorded - underWay),
                })}
              </p>
              {answers.flatMap(({ plane, query }) =>
                (query.data?.gaps ?? []).map(({ position, from, to, refused }) => (
                  <p key={`${plane} ${position}`}>
                    <Go to={`${paths.entry(position)}?plane=${plane}`}>
                      {say('overview.gap', { plane, position: number(position), refused })}
                    </Go>{' '}
                    <When at={from} how="minute" /> – <When at={to} how="minute" />
                  </p>
                )),
              )}
            </div>
          )}
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
