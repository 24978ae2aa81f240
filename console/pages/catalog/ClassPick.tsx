import { useWords } from '../../words/words.ts'
import styles from './ClassPick.module.css'
import { type Choice, type Class, classes } from './classes.ts'

/** Read, write, destructive as one radio group of a row; `r`, `w`, `d` and `u` do the same on the focused row. */
export const ClassPick = ({
  name,
  chosen,
  isNew,
  disabled,
  onPick,
}: {
  readonly name: string
  readonly chosen: Choice
  /** Not published yet. */
  readonly isNew: boolean
  readonly disabled: boolean
  readonly onPick: (its: Class) => void
}) => {
  const { say } = useWords()
  return (
    <span
      role="radiogroup"
      aria-label={say('catalog.classOf', { name })}
      className={styles.pick}
      data-class={chosen}
      {...(isNew && { 'data-new': true })}
    >
      {classes.map((its) => (
        // biome-ignore lint/a11y/useSemanticElements: a button takes one click, and the row its keys
        <button
          key={its}
          type="button"
          role="radio"
          tabIndex={-1}
          disabled={disabled}
          aria-checked={chosen === its}
          onClick={(event) => {
            event.stopPropagation()
            onPick(its)
          }}
        >
          {say(`ui.class.${its}`)}
        </button>
      ))}
    </span>
  )
}
