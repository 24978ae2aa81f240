import type { FieldChange, Words } from '#registry/field-diff.ts'
import { readable } from './cells.ts'
import type { Terminal } from './terminal.ts'

/** So much of what did not change is left around what did, in characters. */
const around = 40

/**
 * Field by field; within one, what went stands in [-…-] and what came in {+…+}, as git shows words. What
 * no screen shows is spelled out already.
 */
export const printFieldChanges = (terminal: Terminal, changes: readonly FieldChange[]): void => {
  for (const { at, words } of changes) {
    terminal.out(`  ${terminal.paint(readable(at === '' ? '(the whole)' : at), 'strong')}`)
    const text = words.map((one, index) => paintWords(terminal, one, index, words.length)).join('')
    terminal.out(`    ${text.split('\n').join('\n    ')}`)
  }
}

const paintWords = (
  terminal: Terminal,
  { op, text }: Words,
  index: number,
  count: number,
): string => {
  const shown = readable(text)
  if (op === 'removed') return terminal.paint(`[-${shown}-]`, 'bad')
  if (op === 'added') return terminal.paint(`{+${shown}+}`, 'good')
  return shorten(shown, index > 0, index < count - 1)
}

/** The middle of what did not change, or its outer end, is left out. */
const shorten = (text: string, hasBefore: boolean, hasAfter: boolean): string => {
  const start = hasBefore ? text.slice(0, around) : ''
  const end = hasAfter ? text.slice(-around) : ''
  return start.length + end.length + 3 >= text.length ? text : `${start} … ${end}`
}
