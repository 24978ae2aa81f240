import type { KeyboardEvent } from 'react'
import { areSingleKeysOn } from '../../../keys/keys.ts'
import { classOfKey } from './cells.ts'
import type { Row } from './load.ts'

export interface At {
  readonly row: number
  readonly column: number
}

/** What somebody does to the cell that is meant, or to those that are selected. */
export type Pressed =
  | { readonly what: 'open'; readonly at: At }
  | { readonly what: 'explain'; readonly at: At }
  | { readonly what: 'select'; readonly at: At }
  | { readonly what: 'allow'; readonly class: Row['class'] }
  | { readonly what: 'none' }
  | { readonly what: 'clear' }

interface About {
  readonly rows: { readonly length: number }
  readonly columns: { readonly length: number }
  readonly at: At
  /** Rows of a page. */
  readonly page: number
  readonly onMove: (at: At, isRange: boolean) => void
  readonly onPress: (pressed: Pressed) => void
}

/** The keys of an APG data grid, and those that edit; bare letters only where single keys are on. */
export const useGridKeys =
  ({ rows, columns, at, page, onMove, onPress }: About) =>
  (event: KeyboardEvent): void => {
    if (event.altKey || event.target !== event.currentTarget) return
    const isFar = event.ctrlKey || event.metaKey
    const next = stepOf(event.key, at, isFar, {
      row: rows.length - 1,
      column: columns.length - 1,
      page,
    })
    const pressed = next ? undefined : pressedBy(event.key, at, isFar)
    if (!next && !pressed) return
    event.preventDefault()
    event.stopPropagation()
    if (next) onMove(next, event.shiftKey)
    else if (pressed) onPress(pressed)
  }

const stepOf = (
  key: string,
  { row, column }: At,
  isFar: boolean,
  last: { readonly row: number; readonly column: number; readonly page: number },
): At | undefined => {
  const kept = (row: number, column: number): At => ({
    row: Math.max(0, Math.min(last.row, row)),
    column: Math.max(0, Math.min(last.column, column)),
  })
  switch (key) {
    case 'ArrowUp':
      return kept(isFar ? 0 : row - 1, column)
    case 'ArrowDown':
      return kept(isFar ? last.row : row + 1, column)
    case 'ArrowLeft':
      return kept(row, isFar ? 0 : column - 1)
    case 'ArrowRight':
      return kept(row, isFar ? last.column : column + 1)
    case 'Home':
      return kept(isFar ? 0 : row, 0)
    case 'End':
      return kept(isFar ? last.row : row, last.column)
    case 'PageUp':
      return kept(row - last.page, column)
    case 'PageDown':
      return kept(row + last.page, column)
    default:
      return undefined
  }
}

const pressedBy = (key: string, at: At, isHeld: boolean): Pressed | undefined => {
  if (isHeld) return undefined
  if (key === 'Enter') return { what: 'open', at }
  if (key === ' ') return { what: 'select', at }
  if (key === 'Escape') return { what: 'clear' }
  if (key === 'Backspace' || key === 'Delete') return { what: 'none' }
  if (!areSingleKeysOn()) return undefined
  if (key === 'e') return { what: 'explain', at }
  const meant = classOfKey[key]
  return meant && { what: 'allow', class: meant }
}
