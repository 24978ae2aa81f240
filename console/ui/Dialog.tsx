import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useWords } from '../words/words.ts'
import styles from './Dialog.module.css'

interface Props {
  /** A question about the thing: `Suspend recon-bot?` */
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly actions: ReactNode
  /** Something is written in it that nobody wants to lose by a slip: the first Escape says so. */
  readonly isForm?: boolean
}

/** The browser's own dialog: it traps focus, closes by Escape and gives focus back to whoever opened it. */
export const Dialog = ({ title, onClose, children, actions, isForm = false }: Props) => {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  const { say } = useWords()
  const [typed, setTyped] = useState<'nothing' | 'something' | 'warned'>('nothing')
  useEffect(() => {
    const opener = document.activeElement
    ref.current?.showModal()
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  return (
    <dialog
      ref={ref}
      className={styles.dialog}
      aria-labelledby={id}
      onClose={onClose}
      onInput={() => setTyped('something')}
      onCancel={(event) => {
        if (!isForm || typed !== 'something') return
        event.preventDefault()
        setTyped('warned')
      }}
    >
      <h2 id={id}>{title}</h2>
      <div className={styles.body}>{children}</div>
      <p role="status" className={styles.lost}>
        {typed === 'warned' && say('ui.dialog.lost')}
      </p>
      <div className={styles.actions}>{actions}</div>
    </dialog>
  )
}
