import { Check, Copy as CopyIcon } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import styles from './Copy.module.css'
import { useTyped } from './typed.ts'

const write = (text: string) => navigator.clipboard.writeText(text)

/** Copies a text, and says that it did. */
export const CopyButton = ({
  text,
  label,
}: {
  readonly text: string | (() => string)
  readonly label?: string
}) => {
  const { say } = useWords()
  const [done, setDone] = useState(false)
  const copy = () =>
    void write(typeof text === 'string' ? text : text()).then(() => {
      setDone(true)
      setTimeout(() => setDone(false), 2000)
    })
  return (
    <Button
      onClick={copy}
      leftSection={
        done ? <Check size={16} aria-hidden="true" /> : <CopyIcon size={16} aria-hidden="true" />
      }
    >
      <span aria-live="polite">{done ? say('ui.copied') : (label ?? say('ui.copy'))}</span>
    </Button>
  )
}

interface BlockProps {
  readonly text: string
  /** It is for a machine other than ours, which has neither our program's place nor our data. */
  readonly isElsewhere?: boolean
}

/** A command or a configuration, whole and to be copied. */
export const CopyBlock = ({ text, isElsewhere = false }: BlockProps) => {
  const ours = useTyped()
  const typed = isElsewhere ? text : ours(text)
  return (
    <div className={styles.block}>
      <pre>
        <code>{typed}</code>
      </pre>
      <CopyButton text={typed} />
    </div>
  )
}
