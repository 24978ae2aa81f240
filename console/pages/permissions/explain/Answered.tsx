import { useAnswer } from '../../../api/queries.ts'
import type { SearchState } from '../../../filters/use-search.ts'
import { Considered } from '../../../parts/Considered.tsx'
import { Outcome } from '../../../parts/Outcome.tsx'
import { type StationState, sayStation } from '../../../parts/path.ts'
import { sayReason } from '../../../parts/reasons.ts'
import { useRights } from '../../../parts/rights.ts'
import { useWords, type Words } from '../../../words/words.ts'
import type { Asking } from '../explaining.ts'
import type { Explained } from '../use-explained.ts'
import styles from './Explain.module.css'
import { Remedy } from './Remedy.tsx'

interface Props {
  readonly asking: Asking
  readonly answer: Explained
  readonly set: SearchState['set']
}

/** Yes or no and why, station by station: what was considered, and what would come after. */
export const Answered = (props: Props) => {
  const words = useWords()
  const { say } = words
  const { answer } = props
  return (
    <section
      className={styles.panel}
      aria-labelledby="explain-answer"
      data-testid="explain.answer"
      data-decision={answer.decision}
    >
      <h2 id="explain-answer" className={styles.verdict}>
        <Outcome state={shapeOf(answer.decision)}>
          {say(`explain.decision.${answer.decision}`)}
        </Outcome>
        <span className={styles.because}>
          {answer.decision !== 'depends' && sayReason(words, answer.because)}
        </span>
      </h2>
      <p className={styles.by}>{say('explain.by', { revision: answer.revision })}</p>
      <Stations answer={answer} />
      <Considered told={answer} />
      {answer.fallback !== undefined && (
        <p>
          {say('call.fallback')} <code>{answer.fallback}</code>
        </p>
      )}
      <Remedy {...props} />
    </section>
  )
}

export const shapeOf = (decision: Explained['decision']): StationState => {
  if (decision === 'permitted') return 'passed'
  return decision === 'depends' ? 'unknown' : decision
}

/** Of what is not permitted no window is looked at. */
const limitOf = ({ say }: Words, { decision, quotas }: Explained): string =>
  decision === 'permitted' ? quotas.join('; ') || say('call.fact.noQuota') : '—'

/** A try goes no further than Permit; of what comes after it is told what stands there now. */
const Stations = ({ answer }: { readonly answer: Explained }) => {
  const words = useWords()
  const { say } = words
  const { plane, server } = answer
  const { plane: isWhole } = useRights(plane)
  const item = useAnswer(
    '/api/v1/planes/{plane}/status/servers',
    { params: { path: { plane }, query: { limit: 500 } } },
    { enabled: isWhole },
  ).data?.items.find((one) => one.server === server)
  const rows = [
    ['authenticate', 'passed', answer.client],
    ['permit', shapeOf(answer.decision), sayReason(words, answer.because)],
    ['limit', undefined, limitOf(words, answer)],
    ['credential', undefined, item ? (item.credential ?? say('call.fact.noCredential')) : '—'],
    ['forward', undefined, item ? `${item.server}: ${item.health}` : '—'],
  ] as const
  return (
    <dl className={styles.stations} data-testid="explain.stations">
      {rows.map(([station, state, fact]) => (
        <div key={station}>
          <dt>{sayStation(words, station)}</dt>
          <dd>
            {state !== undefined && <Outcome state={state} />} {fact}
          </dd>
        </div>
      ))}
    </dl>
  )
}
