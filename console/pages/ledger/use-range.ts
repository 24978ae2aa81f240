import { useCallback, useMemo } from 'react'
import { boundsOf, fixedRange, frozen, type Range, readRange } from '../../filters/time.ts'
import type { SearchState } from '../../filters/use-search.ts'

const usual: Range = { kind: 'relative', text: '24h', ms: 86_400_000 }

/** The time that is looked at: that of the address, or the last day; `against` is what a brush was drawn in. */
export const useRange = ({ search, set }: SearchState) => {
  const range = useMemo(() => readRange(search.t) ?? usual, [search.t])
  const brush = useCallback(
    (from: number, to: number) => {
      const against = search.against ?? frozen(range, Date.now())
      set({ t: fixedRange(from, to), against, live: undefined, peek: undefined })
    },
    [search.against, range, set],
  )
  /** The window before this one, or behind it. */
  const turn = useCallback(
    (by: -1 | 1) => {
      const { from, to } = boundsOf(range, Date.now())
      const ms = (to - from) * by
      set({ t: fixedRange(from + ms, to + ms), live: undefined, against: undefined })
    },
    [range, set],
  )
  return { range, brush, turn }
}
