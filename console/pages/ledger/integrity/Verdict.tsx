import { Outcome } from '../../../parts/Outcome.tsx'
import { When } from '../../../parts/when.tsx'
import { useWords } from '../../../words/words.ts'
import { WhatToDo } from './Broken.tsx'
import styles from './Integrity.module.css'
import type { Verdict as Told } from './use-verify.ts'

/** What was looked at and of how much; each failure by its place, and what to do. */
export const Verdict = ({ verdict }: { readonly verdict: Told }) => {
  const { say } = useWords()
  const { entries, ofEntries, checkpoints, ofCheckpoints, failures, count } = verdict
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
      <dl className={styles.facts}>
        <dt>{say('integrity.entries')}</dt>
        <dd>{say('integrity.ofAll', { count: entries, of: ofEntries })}</dd>
        <dt>{say('integrity.checkpoints')}</dt>
        <dd>{say('integrity.ofAll', { count: checkpoints, of: ofCheckpoints })}</dd>
        <dt>{say('integrity.gaps')}</dt>
        <dd data-testid="integrity.gaps">{ofEntries - entries}</dd>
        {verdict.firstAt !== undefined && verdict.lastAt !== undefined && (
          <>
            <dt>{say('integrity.range')}</dt>
            <dd>
              <When at={verdict.firstAt} /> … <When at={verdict.lastAt} />
            </dd>
          </>
        )}
      </dl>
    </div>
  )
}
