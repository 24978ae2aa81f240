import type { Problem } from '../api/problem.ts'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import { NotAllowed } from './Empty.tsx'
import { Said } from './Said.tsx'
import styles from './states.module.css'

/** A part of a page that could not be had: what, whose side, what would mend it, and the reference. */
export const Failed = ({
  what,
  problem,
  onRetry,
}: {
  readonly what: string
  readonly problem: Problem
  readonly onRetry?: () => void
}) => {
  const { say } = useWords()
  const { side, detail, fix, ref } = problem
  if (problem.status === 403) return <NotAllowed>{detail}</NotAllowed>
  return (
    <section className={styles.failed} data-failed={side} role="status">
      <h2>
        <span aria-hidden="true">▲ </span>
        {say('ui.error.title', { what })}
      </h2>
      <p>{say(`ui.error.${side}`)}</p>
      {side !== 'network' && detail !== undefined && <p>{detail}</p>}
      {fix !== undefined && (
        <p>
          <Said text={say('ui.error.fix', { fix })} />
        </p>
      )}
      <div className={styles.foot}>
        {onRetry && <Button onClick={onRetry}>{say('ui.retry')}</Button>}
        {ref !== undefined && <code>{say('ui.error.ref', { ref })}</code>}
      </div>
    </section>
  )
}
