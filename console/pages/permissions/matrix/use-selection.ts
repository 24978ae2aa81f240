import { useCallback, useState } from 'react'
import type { At } from './use-grid-keys.ts'

export interface Selection {
  /** Two corners of what Shift and the arrows span. */
  readonly range: readonly [At, At] | undefined
  readonly marked: ReadonlySet<string>
}

const nothing: Selection = { range: undefined, marked: new Set() }

const keyOf = ({ row, column }: At): string => `${row} ${column}`

export const isWithin = ({ range, marked }: Selection, at: At): boolean => {
  if (marked.has(keyOf(at))) return true
  if (!range) return false
  const [a, b] = range
  const between = (one: number, from: number, to: number) =>
    one >= Math.min(from, to) && one <= Math.max(from, to)
  return between(at.row, a.row, b.row) && between(at.column, a.column, b.column)
}

/** Cells that one key acts on together: a span, and those that were marked one by one. */
export const useSelection = () => {
  const [selection, set] = useState<Selection>(nothing)
  const clear = useCallback(() => set(nothing), [])
  return {
    ...selection,
    move(from: At, to: At, isRange: boolean) {
      const range = isRange ? ([selection.range?.[0] ?? from, to] as const) : undefined
      if (range ?? selection.range) set({ ...selection, range })
    },
    toggle(at: At) {
      const marked = new Set(selection.marked)
      if (!marked.delete(keyOf(at))) marked.add(keyOf(at))
      set({ ...selection, marked })
    },
    clear,
    /** The cell that is meant, where nothing is selected. */
    of(at: At): At[] {
      const { range, marked } = selection
      const spanned = range ? spanOf(range) : []
      const all = new Set([...spanned.map(keyOf), ...marked])
      if (all.size === 0) return [at]
      return [...all].map((key) => {
        const [row = 0, column = 0] = key.split(' ').map(Number)
        return { row, column }
      })
    },
  }
}

const spanOf = ([a, b]: readonly [At, At]): At[] => {
  const [top, bottom] = [Math.min(a.row, b.row), Math.max(a.row, b.row)]
  const [left, right] = [Math.min(a.column, b.column), Math.max(a.column, b.column)]
  return Array.from({ length: bottom - top + 1 }, (_, down) =>
    Array.from({ length: right - left + 1 }, (_, along) => ({
      row: top + down,
      column: left + along,
    })),
  ).flat()
}
