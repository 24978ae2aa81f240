import type { ReactNode } from 'react'
import { actorOf } from '../parts/actor.ts'
import { When } from '../parts/when.tsx'
import { useWords } from '../words/words.ts'
import styles from './Suspended.module.css'
import type { Suspension } from './suspensions.ts'

/** Across the page: who stopped it, when and why; it goes on when somebody resumes it. */
export const Suspended = ({
  about,
  children,
}: {
  readonly about: Suspension
  /** What it is, where the page is not its own. */
  readonly children?: ReactNode
}) => {
  const { say } = useWords()
  return (
    <p className={styles.bar} role="status" data-testid="suspended">
      {children && <>{children} </>}
      <strong>
        <span aria-hidden="true">■ </span>
        {say('agents.suspended.by', { by: actorOf(about.by) })}
      </strong>{' '}
      <When at={about.at} how="minute" /> · {about.reason}
    </p>
  )
}
