import { type ReactNode, useEffect, useState } from 'react'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import styles from './states.module.css'

/** True once so much time has gone by with `on`. */
export const useAfter = (on: boolean, ms: number): boolean => {
  const [after, setAfter] = useState(false)
  useEffect(() => {
    if (!on) return setAfter(false)
    const timer = setTimeout(() => setAfter(true), ms)
    return () => clearTimeout(timer)
  }, [on, ms])
  return on && after
}

/** Lines where the rows will be, after 150 ms; after three seconds it says what takes so long. */
export const Loading = ({
  what,
  rows = 6,
  onCancel,
}: {
  readonly what: string
  readonly rows?: number
  readonly onCancel?: () => void
}) => {
  const { say } = useWords()
  const shows = useAfter(true, 150)
  const isSlow = useAfter(true, 3000)
  return (
    <div role="status" className={styles.loading} data-loading>
      <span className="visually-hidden">{say('ui.loading')}</span>
      {shows && lines(rows).map((line) => <div key={line} className={styles.bone} />)}
      {isSlow && (
        <p>
          {say('ui.loading.slow', { what })}
          {onCancel && <Button onClick={onCancel}>{say('ui.cancel')}</Button>}
        </p>
      )}
    </div>
  )
}

const lines = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at)

/** What was shown before stays, dimmed, while what is asked for now is on its way. */
export const Dimmed = ({
  on,
  children,
}: {
  readonly on: boolean
  readonly children: ReactNode
}) => (
  <div className={useAfter(on, 150) ? styles.dimmed : undefined} aria-busy={on}>
    {children}
  </div>
)
