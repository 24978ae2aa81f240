import type { KeyboardEvent, RefObject } from 'react'
import { areSingleKeysOn } from '../keys/keys.ts'
import type { TableProps } from './Table.tsx'
import { toggled } from './TableRow.tsx'

interface Parts<R> extends TableProps<R> {
  readonly focused: number
  readonly setFocused: (index: number) => void
  readonly scrollTo: (index: number) => void
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly onActions: (row: R) => void
}

/** On a focused row: arrows, Home and End move, Enter opens, Space selects; J, K, X and the dot of its actions too where single keys act. */
export const useRowKeys = <R>(parts: Parts<R>) => {
  const { rows, keyOf, focused, setFocused, scrollTo, scroller, selection, onOpen } = parts
  const focus = (index: number) => {
    setFocused(index)
    scrollTo(index)
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`tr[data-index="${index}"]`)?.focus()
    })
  }
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: focused + 1,
    ArrowUp: focused - 1,
    Home: 0,
    End: rows.length - 1,
    PageDown: focused + 15,
    PageUp: focused - 15,
    ...(areSingleKeysOn() && { j: focused + 1, k: focused - 1 }),
  }
  return (event: KeyboardEvent<HTMLTableElement>) => {
    const row = rows[focused]
    if (!(event.target instanceof HTMLTableRowElement) || row === undefined) return
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const to = moves[event.key]
    const selects = event.key === ' ' || (areSingleKeysOn() && event.key === 'x')
    if (to !== undefined) focus(Math.max(0, Math.min(rows.length - 1, to)))
    else if (event.key === 'Enter' && onOpen) onOpen(row)
    else if (event.key === '.' && areSingleKeysOn()) parts.onActions(row)
    else if (selects && selection) selection.set(toggled(selection.keys, keyOf(row)))
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}
