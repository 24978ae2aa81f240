import { useEffect, useRef } from 'react'
import { paths } from '../../paths.ts'
import { Go } from '../../ui/Go.tsx'
import { useWords } from '../../words/words.ts'
import { sayHealth, saySide } from './health.ts'
import styles from './Register.module.css'
import type { Met } from './use-registering.ts'

/** What came of asking the server: whose side it is on, what it said, and what stands meanwhile. */
export const MetServer = ({ met }: { readonly met: Met }) => {
  const words = useWords()
  const { say } = words
  const answer = useRef<HTMLElement>(null)
  // It stands under a form that fills the screen, and a button that was pressed has to show its answer.
  useEffect(() => answer.current?.scrollIntoView({ block: 'nearest' }), [])
  return (
    <section
      ref={answer}
      className={styles.met}
      role="alert"
      data-testid="register.met"
      data-side={met.side}
    >
      <h2>
        <span aria-hidden="true">▲ </span>
        {sayHealth(words, met.health)}
      </h2>
      {met.side && <p>{saySide(words, met.side)}</p>}
      <p>{met.problem ?? met.detail}</p>
      <p>{say('catalog.register.stands', { name: met.server })}</p>
      <Go to={`${paths.item(met.server)}?plane=${met.plane}`}>{say('catalog.register.open')}</Go>
    </section>
  )
}
