import { useLocation, useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import {
  type Filter,
  filtersOf,
  type Search,
  toggled,
  unknownKeys,
  withFilter,
  withoutFilters,
} from './grammar.ts'
import { type Range, readRange } from './time.ts'

export interface SearchState {
  readonly search: Search
  readonly filters: readonly Filter[]
  readonly range: Range | undefined
  readonly unknown: readonly string[]
  /** Sets keys of the query; `undefined` takes one away. A step that Back undoes, unless it replaces. */
  set(keys: Readonly<Record<string, string | undefined>>, replace?: boolean): void
  filter(filter: Filter): void
  toggle(field: string, value: string, not?: boolean): void
  clear(): void
}

const nothing: readonly string[] = []

/** The state of a list, all of which is in the address. `fields` and `keys` are what this page knows. */
export const useListState = (
  known: { readonly fields: readonly string[]; readonly keys?: readonly string[] } = {
    fields: nothing,
  },
): SearchState => {
  const search = useLocation({ select: ({ search }) => search as Search })
  const navigate = useNavigate()
  const go = useCallback(
    (next: Search, replace = false) =>
      void navigate({ to: '.', search: next as never, replace, resetScroll: false }),
    [navigate],
  )
  return useMemo(
    () => ({
      search,
      filters: filtersOf(search),
      range: readRange(search.t),
      unknown: unknownKeys(search, known),
      set: (keys, replace) => {
        const merged = { ...search, ...keys }
        go(
          Object.fromEntries(
            Object.entries(merged).filter(
              (pair): pair is [string, string] => pair[1] !== undefined,
            ),
          ),
          replace,
        )
      },
      filter: (filter) => go(withFilter(search, filter)),
      toggle: (field, value, not) => go(toggled(search, field, value, not)),
      clear: () => go(withoutFilters(search)),
    }),
    [search, known, go],
  )
}
