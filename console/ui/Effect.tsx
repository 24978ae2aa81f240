import type { ReactNode } from 'react'
import { useWords } from '../words/words.ts'
import styles from './Effect.module.css'

/** What a draft would change; undefined as long as it is being worked out. */
export interface Effect {
  readonly cells: number
  readonly agents: number
  readonly tests: { readonly passed: number; readonly total: number }
  readonly newlyPermitted: number
  readonly newlyDenied: number
}

/** Stands in every dialog that changes grants, classes or limits; the button waits for it. */
export const EffectPreview = ({
  effect,
  children,
}: {
  readonly effect: Effect | undefined
  readonly children?: ReactNode
}) => {
  const { say } = useWords()
  return (
    <section
      className={styles.effect}
      aria-busy={effect === undefined}
      aria-live="polite"
      data-testid="effect"
    >
      <h3>{say('ui.effect')}</h3>
      {effect === undefined ? (
        <p role="status">{say('ui.effect.loading')}</p>
      ) : (
        <ul>
          <li data-effect="cells">
            {say('ui.effect.cells', { count: effect.cells })} ·{' '}
            {say('ui.effect.agents', { count: effect.agents })}
          </li>
          <li data-effect="tests">{say('ui.effect.tests', effect.tests)}</li>
          <li data-effect="permitted">
            {say('ui.effect.newlyPermitted', { count: effect.newlyPermitted })}
          </li>
          <li data-effect="denied">
            {say('ui.effect.newlyDenied', { count: effect.newlyDenied })}
          </li>
        </ul>
      )}
      {children}
    </section>
  )
}
