import { useState } from 'react'
import type { Facet } from '../ui/Facets.tsx'
import type { Search } from './grammar.ts'
import { type Field, facetsOf, nameHas, rowsThat } from './rows.ts'
import { type SearchState, useListState } from './use-search.ts'

interface Narrowing<R> {
  readonly fields: readonly Field<R>[]
  /** What of a row is searched. */
  readonly names: (row: R) => readonly (string | undefined)[]
  /** Keys of the address that this list has beside, and what they leave of it. */
  readonly keys?: readonly string[]
  readonly keeps?: (row: R, search: Search) => boolean
}

export interface Narrowed<R> {
  readonly state: SearchState
  readonly facets: readonly Facet[]
  readonly rows: readonly R[]
}

/** A list that is here whole, narrowed as the address says: by a search, and by what rows have in common. */
export const useNarrowed = <R>(
  all: readonly R[],
  { fields, names, keys = [], keeps = () => true }: Narrowing<R>,
): Narrowed<R> => {
  const [known] = useState(() => ({ fields: fields.map(({ field }) => field), keys }))
  const state = useListState(known)
  const { search, filters } = state
  const found = all.filter(
    (row) => keeps(row, search) && names(row).some((name) => nameHas(name ?? '', search.q ?? '')),
  )
  return {
    state,
    facets: facetsOf(found, filters, fields),
    rows: rowsThat(found, filters, fields),
  }
}
