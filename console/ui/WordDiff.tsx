import { Fragment } from 'react'
import { useWords } from '../words/words.ts'
import styles from './WordDiff.module.css'

/** As the API tells a change: a field by its JSON pointer, and its words. */
export interface FieldChange {
  readonly at: string
  readonly words: readonly { readonly op: 'same' | 'removed' | 'added'; readonly text: string }[]
}

/** What a person cannot see is spelled out: `‹U+200B›`. */
export const spelledOut = (text: string): string =>
  text.replaceAll(/[\p{Cf}\p{Cc}\p{Co}\p{Zl}\p{Zp}]/gu, (one) =>
    one === '\n' || one === '\t'
      ? one
      : `‹U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`,
  )

/** Field by field and word by word; that something was added or removed is said, not only coloured. */
export const WordDiff = ({ changes }: { readonly changes: readonly FieldChange[] }) => {
  const { say } = useWords()
  return (
    <dl className={styles.diff}>
      {changes.map(({ at, words }) => (
        <Fragment key={at}>
          <dt>
            <code>{at === '' ? '/' : at}</code>
          </dt>
          <dd>
            {words.map(({ op, text }, index) => {
              const key = `${index}${op}`
              if (op === 'same') return <span key={key}>{spelledOut(text)}</span>
              const Tag = op === 'added' ? 'ins' : 'del'
              return (
                <Tag key={key}>
                  <span className="visually-hidden">{say(`ui.diff.${op}`)} </span>
                  {spelledOut(text)}
                </Tag>
              )
            })}
          </dd>
        </Fragment>
      ))}
    </dl>
  )
}
