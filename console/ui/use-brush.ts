import { type KeyboardEvent, useRef, useState } from 'react'

export interface Brush {
  /** The bar that the keyboard or the pointer is at. */
  readonly at: number
  /** The bars that would be chosen now; undefined where nothing was begun. */
  readonly chosen: { readonly low: number; readonly high: number } | undefined
  readonly bar: (index: number) => {
    onPointerDown(): void
    onPointerEnter(event: { readonly buttons: number }): void
    onPointerUp(): void
  }
  readonly onKeyDown: (event: KeyboardEvent) => void
}

/**
 * Chooses a stretch of bars: by dragging, by clicking its first and its last bar, or by Shift and the
 * arrow keys with Enter (WCAG 2.5.7: dragging is never the only way).
 */
export const useBrush = (
  count: number,
  choose: ((low: number, high: number) => void) | undefined,
): Brush => {
  const [at, setAt] = useState(0)
  const [start, setStart] = useState<number>()
  const begunHere = useRef(false)
  const finish = (from: number, to: number) => {
    setStart(undefined)
    choose?.(Math.min(from, to), Math.max(from, to))
  }
  const moveTo = (to: number, selects: boolean) => {
    if (!selects) setStart(undefined)
    else if (start === undefined) setStart(at)
    setAt(Math.max(0, Math.min(count - 1, to)))
  }
  return {
    at: Math.min(at, count - 1),
    chosen:
      start === undefined ? undefined : { low: Math.min(start, at), high: Math.max(start, at) },
    bar: (index) => ({
      onPointerDown() {
        begunHere.current = start === undefined
        setAt(index)
        if (start === undefined) setStart(index)
      },
      onPointerEnter: ({ buttons }) => {
        if (buttons === 1) setAt(index)
      },
      onPointerUp() {
        const isFirstClick = begunHere.current && start === index
        if (start !== undefined && !isFirstClick) finish(start, index)
      },
    }),
    onKeyDown(event) {
      const by = { ArrowLeft: -1, ArrowRight: 1, Home: -count, End: count }[event.key]
      if (by !== undefined) moveTo(at + by, event.shiftKey)
      else if (event.key === 'Enter') finish(start ?? at, at)
      else if (event.key === 'Escape' && start !== undefined) setStart(undefined)
      else return
      event.preventDefault()
      event.stopPropagation()
    },
  }
}
