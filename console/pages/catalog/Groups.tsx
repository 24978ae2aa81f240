import type { ReactNode } from 'react'
import { Button } from '../../ui/Button.tsx'
import { useWords } from '../../words/words.ts'
import { type Capability, groupsOf, isOpen, keyOf } from './classes.ts'
import styles from './Groups.module.css'
import type { Classifying } from './use-classifying.ts'

/** What is suggested in one go, what is left for one by one, and publishing; nothing is applied by itself. */
export const Groups = ({
  rows,
  classifying,
  publish,
}: {
  readonly rows: readonly Capability[]
  readonly classifying: Classifying
  readonly publish: ReactNode
}) => {
  const { say, number } = useWords()
  const { choices, pick, moved } = classifying
  const open = rows.filter(isOpen)
  const left = open.filter((row) => !choices.has(keyOf(row)))
  const { groups, oneByOne } = groupsOf(rows, choices)
  return (
    <section
      className={styles.groups}
      aria-label={say('catalog.classify')}
      data-testid="catalog.groups"
    >
      <p className={styles.left} role="status">
        {open.length === 0
          ? say('catalog.classify.done')
          : say('catalog.classify.left', { left: left.length, total: rows.length })}
      </p>
      {groups.map(({ class: its, all, left: those }) => (
        <span key={its} className={styles.group} data-group={its}>
          {say(`ui.class.${its}`)} {number(all.length)}
          {those.length === 0 ? (
            <span className={styles.done}>✓ {say('catalog.accepted')}</span>
          ) : (
            <Button onClick={() => pick(those, its)}>
              {say('catalog.accept', { count: those.length })}
            </Button>
          )}
        </span>
      ))}
      {oneByOne.length > 0 && (
        <span data-group="one">{say('catalog.oneByOne', { count: oneByOne.length })}</span>
      )}
      <span className={styles.publish}>{publish}</span>
      {moved.length > 0 && (
        <p role="alert" className={styles.moved}>
          {say('catalog.moved', { count: moved.length })}{' '}
          <code>{moved.map(({ name }) => name).join(', ')}</code>
        </p>
      )}
    </section>
  )
}
