import { useState } from 'react'
import { useAnswer } from '../../api/queries.ts'
import { actorOf } from '../../parts/actor.ts'
import { When } from '../../parts/when.tsx'
import { Failed } from '../../ui/Failed.tsx'
import { Loading } from '../../ui/Loading.tsx'
import { useWords } from '../../words/words.ts'
import styles from './Overview.module.css'
import { Panel } from './Panel.tsx'

const most = 100
const shown = 6

/** Which revisions policy has had since midnight, who made them and why. */
export const ChangedToday = ({ planes }: { readonly planes: readonly string[] }) => {
  const { say } = useWords()
  const [midnight] = useState(() => new Date().setHours(0, 0, 0, 0))
  const answer = useAnswer('/api/v1/revisions', { params: { query: { limit: most } } })
  const title = say('overview.changed')
  if (answer.error) return <Failed what={title} problem={answer.error} onRetry={answer.refetch} />
  if (!answer.data)
    return (
      <Panel title={title}>
        <Loading what={title} rows={3} />
      </Panel>
    )
  const here = answer.data.items.filter((one) => one.planes.some((plane) => planes.includes(plane)))
  const today = here.filter(({ at }) => at >= midnight)
  const last = here[0]
  const people = [...new Set(today.map(({ by }) => actorOf(by)))]
  return (
    <Panel title={title}>
      {today.length === 0 && <p>{say('overview.changed.none')}</p>}
      {today.length > 0 && (
        <p data-testid="overview.changed">
          {say('overview.changed.says', { count: today.length, people: people.join(', ') })}
        </p>
      )}
      <ol className={styles.changes}>
        {(today.length > 0 ? today.slice(0, shown) : last ? [last] : []).map(
          ({ revision, at, by, summary, why }) => (
            <li key={revision}>
              <span>{say('overview.revision', { revision })}</span>
              <span>
                {summary}
                {why !== '' && <em> {why}</em>}
              </span>
              <span>
                {actorOf(by)} · <When at={at} how="minute" />
              </span>
            </li>
          ),
        )}
      </ol>
    </Panel>
  )
}
