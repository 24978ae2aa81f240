import type { Key } from '../../../words/words.ts'
import type { Cell, Row } from './load.ts'

/** Whom a grant reaches that no rule refuses: what the counts of an item count. */
export const isUsable = (state: Cell): boolean => state === 'permitted' || state === 'depends'

const letters: Readonly<Record<Row['class'], string>> = {
  read: 'R',
  write: 'W',
  destructive: 'D',
  unclassified: 'U',
}

/** A state is a shape first: the class's letter where it may be called, and what is in the way beside it. */
export const glyphOf = (state: Cell, of: Row['class']): string => {
  const marks: Readonly<Record<Cell, string>> = {
    none: '',
    denied: '⊘',
    suspended: '×',
    held: `${letters[of]}◆`,
    depends: `${letters[of]}~`,
    permitted: letters[of],
  }
  return marks[state]
}

export const wordOf = (state: Cell): Key => `permissions.cell.${state}`

/** The key that grants: a class has to be meant, so that nobody grants the destructive by habit. */
export const classOfKey: Readonly<Record<string, Row['class']>> = {
  r: 'read',
  w: 'write',
  d: 'destructive',
}
