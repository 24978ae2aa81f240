import { useAnswer } from '../../api/queries.ts'
import { Considered } from '../../parts/Considered.tsx'
import { Outcome } from '../../parts/Outcome.tsx'
import type { StationState } from '../../parts/path.ts'
import { hiddenRule, sayReason } from '../../parts/reasons.ts'
import { useWords } from '../../words/words.ts'
import styles from './Call.module.css'
import { type Explanation, numberIn, type Story } from './story.ts'
import { useOwner } from './use-owner.ts'

export const shapeOf = (decision: string): StationState => {
  if (decision === 'permitted') return 'passed'
  return decision === 'limited' || decision === 'held' || decision === 'denied'
    ? decision
    : 'unknown'
}

/** What decided it by the policy of its time, and what the same call would meet now. */
export const Why = ({ story }: { readonly story: Story }) => {
  const { say } = useWords()
  const { record, now, atItsTime } = story
  const revision = useAnswer('/api/v1/status', {}).data?.revision
  const then = numberIn(story, 'revision') ?? atItsTime?.revision
  const considered = atItsTime ?? now
  return (
    <section className={styles.panel} aria-labelledby="call-why">
      <h2 id="call-why">{say('call.why')}</h2>
      <div className={styles.thenNow}>
        <Side
          when={say('call.then')}
          id="call.then"
          revision={then}
          decision={record.decision}
          because={record.because}
        />
        {now && (
          <Side
            when={say('call.now')}
            id="call.now"
            revision={revision}
            decision={now.decision}
            because={now.because}
          />
        )}
      </div>
      <HiddenRule story={story} />
      {now?.fallback !== undefined && (
        <p>
          {say('call.fallback')} <code>{now.fallback}</code>
        </p>
      )}
      {considered && <Considered told={considered} />}
    </section>
  )
}

const Side = (about: {
  readonly when: string
  readonly id: string
  readonly revision: number | undefined
  readonly decision: Explanation['decision'] | Story['record']['decision']
  readonly because: string
}) => {
  const words = useWords()
  const { say } = words
  const { decision } = about
  return (
    <p data-testid={about.id} data-decision={decision}>
      <span className={styles.when}>
        {about.when}
        {about.revision !== undefined && ` · ${say('call.revision', { revision: about.revision })}`}
      </span>
      <Outcome state={shapeOf(decision)}>
        {decision === 'depends' ? say('explain.because.depends') : say(`ui.outcome.${decision}`)}
      </Outcome>
      <span>{decision !== 'depends' && sayReason(words, about.because)}</span>
    </p>
  )
}

/** Never that there was no rule: that there is one, and whom to ask. */
const HiddenRule = ({ story }: { readonly story: Story }) => {
  const { say } = useWords()
  const { record } = story
  const owner = useOwner(story)
  if (!record.rules.includes(hiddenRule)) return null
  return (
    <p data-testid="call.hiddenRule">
      {say('call.rules.hidden', { server: record.server, owner: owner ?? '—' })}
    </p>
  )
}
