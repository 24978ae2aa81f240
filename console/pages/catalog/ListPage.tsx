import { TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import type { SearchState } from '../../filters/use-search.ts'
import { type Facet, Facets } from '../../ui/Facets.tsx'
import { FilterChips, UnknownFilters } from '../../ui/FilterChips.tsx'
import styles from './List.module.css'

/** Search and facets around a list, all of it in the address. */
export const ListPage = ({
  state,
  facets,
  searchSays,
  tools,
  children,
}: {
  readonly state: SearchState
  readonly facets: readonly Facet[]
  readonly searchSays: string
  readonly tools?: ReactNode
  readonly children: ReactNode
}) => (
  <div className={styles.list}>
    <Facets facets={facets} filters={state.filters} onToggle={state.toggle} />
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
