import type { ReactNode } from 'react'
import { useWords } from '../../words/words.ts'
import styles from './Steps.module.css'

export type StepState = 'done' | 'now' | 'later'
const glyphs: Readonly<Record<StepState, string>> = { done: '✓', now: '●', later: '○' }

/** What has been done, what is to be done now, and what comes then: one behind the other. */
export const Steps = ({ children }: { readonly children: ReactNode }) => (
  <ol className={styles.steps}>{children}</ol>
)

export const Step = ({
  state,
  title,
  children,
}: {
  readonly state: StepState
  readonly title: string
  readonly children?: ReactNode
}) => {
  const { say } = useWords()
  return (
    <li data-step={state} {...(state === 'now' && { 'aria-current': 'step' as const })}>
      <h2 className={styles.title}>
        <span aria-hidden="true">{glyphs[state]}</span> {title}
        <span className={styles.state}>{say(`setup.step.${state}`)}</span>
      </h2>
      {state !== 'later' && children && <div className={styles.body}>{children}</div>}
    </li>
  )
}
