import type { Answer } from '../../../api/client.ts'
import { actorOf } from '../../../parts/actor.ts'
import { Outcome } from '../../../parts/Outcome.tsx'
import { When } from '../../../parts/when.tsx'
import { useWords } from '../../../words/words.ts'
import { WhatToDo } from './Broken.tsx'
import styles from './Integrity.module.css'
import type { Verdict as Told } from './use-verify.ts'

/** What was looked at and of how much; each failure by its place, and what to do. */
export const Verdict = ({ verdict }: { readonly verdict: Told }) => {
  const { say } = useWords()
  const { entries, ofEntries, failures, count } = verdict
  return (
    <div
      className={verdict.ok ? styles.part : styles.broken}
      role={verdict.ok ? 'status' : 'alert'}
      data-testid="integrity.verdict"
      data-ok={verdict.ok}
    >
      <h3>
        <Outcome state={verdict.ok ? 'passed' : 'failed'}>
          {verdict.ok
            ? say('integrity.verified', { entries, of: ofEntries })
            : say('integrity.broken', { count })}
        </Outcome>
      </h3>
      {!verdict.ok && (
        <>
          <ul className={styles.failures}>
            {failures.map(({ where, says }) => (
              <li key={`${where} ${says}`} data-id={where}>
                <code>{where}</code> {says}
              </li>
            ))}
            {count > failures.length && (
              <li>{say('explain.more', { count: count - failures.length })}</li>
            )}
          </ul>
          <WhatToDo plane={verdict.plane} />
        </>
      )}
      <Looked at={verdict} />
    </div>
  )
}

type Verified = NonNullable<Answer<'get', '/api/v1/planes/{plane}/status'>['verified']>

/** What the newest look found, whoever asked for it, of whichever process. */
export const LastVerified = ({
  plane,
  verified,
}: {
  readonly plane: string
  readonly verified: Verified
}) => {
  const { say } = useWords()
  const { at, by, count, problem, entries, ofEntries } = verified
  return (
    <div
      className={count === 0 ? styles.part : styles.broken}
      data-testid="integrity.last"
      data-ok={count === 0}
    >
      <p className={styles.meta}>
        {say('integrity.last', { by: actorOf(by) })} <When at={at} how="minute" />
      </p>
      <h3>
        <Outcome state={count === 0 ? 'passed' : 'failed'}>
          {count === 0
            ? say('integrity.verified', { entries, of: ofEntries })
            : say('integrity.last.broken', { count })}
        </Outcome>
      </h3>
      {problem !== undefined && (
        <>
          <p>{problem}</p>
          <WhatToDo plane={plane} />
        </>
      )}
      <Looked at={verified} />
    </div>
  )
}

type LookedAt = Pick<Verified, 'entries' | 'ofEntries' | 'checkpoints' | 'ofCheckpoints'> &
  Partial<Pick<Verified, 'firstAt' | 'lastAt'>>

const Looked = ({ at }: { readonly at: LookedAt }) => {
  const { say } = useWords()
  const { entries, ofEntries, checkpoints, ofCheckpoints, firstAt, lastAt } = at
  return (
    <dl className={styles.facts}>
      <dt>{say('integrity.entries')}</dt>
      <dd>{say('integrity.ofAll', { count: entries, of: ofEntries })}</dd>
      <dt>{say('integrity.checkpoints')}</dt>
      <dd>{say('integrity.ofAll', { count: checkpoints, of: ofCheckpoints })}</dd>
      <dt>{say('integrity.gaps')}</dt>
      <dd data-testid="integrity.gaps">{ofEntries - entries}</dd>
      {firstAt !== undefined && lastAt !== undefined && (
        <>
          <dt>{say('integrity.range')}</dt>
          <dd>
            <When at={firstAt} /> … <When at={lastAt} />
          </dd>
        </>
      )}
    </dl>
  )
}
