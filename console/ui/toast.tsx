import { useSyncExternalStore } from 'react'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import styles from './toast.module.css'

interface Toast {
  readonly id: number
  readonly text: string
  readonly undo?: (() => void) | undefined
}

const staysMs = 10_000
let toasts: readonly Toast[] = []
let last = 0
const listeners = new Set<() => void>()
const set = (next: readonly Toast[]) => {
  toasts = next
  for (const tell of listeners) tell()
}
const drop = (id: number) => set(toasts.filter((one) => one.id !== id))

/** What was done, in words; `undo` for what needed no question because it can be taken back (tier 0). */
export const toast = (text: string, undo?: () => void): void => {
  const id = ++last
  set([...toasts.slice(-2), { id, text, undo }])
  setTimeout(() => drop(id), staysMs)
}

/** What comes of an act that succeeds: it is said, and the dialog goes. */
export const said = (text: string, then: () => void) => ({
  onSuccess: () => {
    toast(text)
    then()
  },
})

export const Toasts = () => {
  const { say } = useWords()
  const shown = useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => toasts,
  )
  return (
    <div className={styles.toasts} role="status">
      {shown.map(({ id, text, undo }) => (
        <div key={id} className={styles.toast}>
          <span>{text}</span>
          {undo && (
            <Button
              onClick={() => {
                undo()
                drop(id)
              }}
            >
              {say('ui.undo')}
            </Button>
          )}
        </div>
      ))}
    </div>
  )
}
