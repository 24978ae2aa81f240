import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import { useKeys } from '../keys/keys.ts'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import { Go, useGo } from './Go.tsx'
import styles from './Peek.module.css'

interface Props {
  readonly title: string
  /** The page of its own that `O` opens. */
  readonly to: string
  /** Where it stands among the visible rows: J and K walk exactly these. */
  readonly keys: readonly string[]
  readonly at: string
  readonly onMove: (key: string) => void
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Beside a list, in the address as `peek`: J and K walk the visible rows, O opens the page, Escape closes. */
export const Peek = ({ title, to, keys, at, onMove, onClose, children }: Props) => {
  const { say } = useWords()
  const go = useGo()
  const ref = useRef<HTMLElement>(null)
  const here = keys.indexOf(at)
  const shortcuts = useMemo(() => {
    const move = (by: number) => () => {
      const next = keys[here + by]
      if (next !== undefined) onMove(next)
    }
    return [
      { keys: 'j', says: 'frame.keys.next', act: move(1) },
      { keys: 'k', says: 'frame.keys.previous', act: move(-1) },
      { keys: 'o', says: 'frame.keys.open', act: () => go(to) },
    ] as const
  }, [keys, here, onMove, go, to])
  useKeys(shortcuts)
  useEffect(() => ref.current?.focus(), [])
  const close = () => {
    onClose()
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(at)}"]`)?.focus(),
    )
  }
  return (
    <aside
      ref={ref}
      tabIndex={-1}
      className={styles.peek}
      aria-label={say('ui.peek')}
      data-testid="peek"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        close()
      }}
    >
      <header className={styles.head}>
        <h2>{title}</h2>
        <Go to={to}>{say('ui.peek.open')}</Go>
        <Button onClick={close}>{say('ui.close')}</Button>
      </header>
      <div className={styles.body}>{children}</div>
    </aside>
  )
}
