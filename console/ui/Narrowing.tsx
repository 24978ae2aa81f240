import { TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { SearchState } from '../filters/use-search.ts'
import { FacetSide } from './FacetSide.tsx'
import { type Facet, Facets } from './Facets.tsx'
import { FilterChips, UnknownFilters } from './FilterChips.tsx'
import styles from './Narrowing.module.css'

export interface NarrowingProps {
  readonly state: SearchState
  readonly facets: readonly Facet[]
  readonly searchSays: string
  readonly tools?: ReactNode
}

/** Search and facets around a list, all of it in the address. */
export const Narrowing = ({
  state,
  facets,
  searchSays,
  tools,
  children,
}: NarrowingProps & { readonly children: ReactNode }) => (
  <div className={styles.list}>
    <FacetSide filters={state.filters}>
      <Facets facets={facets} filters={state.filters} onToggle={state.toggle} />
    </FacetSide>
    <div className={styles.main}>
      <div className={styles.tools}>
        <TextInput
          type="search"
          className={styles.search ?? ''}
          aria-label={searchSays}
          placeholder={searchSays}
          value={state.search.q ?? ''}
          onChange={(event) => state.set({ q: event.currentTarget.value || undefined }, true)}
        />
        {tools}
      </div>
      <UnknownFilters names={state.unknown} />
      <FilterChips
        filters={state.filters}
        onRemove={({ field, not }) => state.filter({ field, not, values: [] })}
      />
      {children}
    </div>
  </div>
)
