import type { ReactNode } from 'react'
import type { Filter } from '../filters/grammar.ts'
import { useWords } from '../words/words.ts'
import { Button } from './Button.tsx'
import { FilterChips } from './FilterChips.tsx'
import { Said } from './Said.tsx'
import styles from './states.module.css'

/** Nothing yet: what will stand here, and the one thing to do. */
export const NothingYet = ({
  title,
  children,
  action,
}: {
  readonly title: string
  readonly children?: ReactNode
  readonly action?: ReactNode
}) => (
  <section className={styles.empty} data-empty="yet">
    <h2>{title}</h2>
    {children && <p>{typeof children === 'string' ? <Said text={children} /> : children}</p>}
    {action}
  </section>
)

/** Nothing matches: the filters, to be taken away one by one, and what lies outside the range. */
export const NothingMatches = ({
  filters,
  onRemove,
  onClear,
  children,
}: {
  readonly filters: readonly Filter[]
  readonly onRemove: (filter: Filter) => void
  readonly onClear: () => void
  /** Such as how many there are in a longer time. */
  readonly children?: ReactNode
}) => {
  const { say } = useWords()
  return (
    <section className={styles.empty} data-empty="match">
      <h2>{say('ui.empty.filters')}</h2>
      <FilterChips filters={filters} onRemove={onRemove} />
      {children && <p>{children}</p>}
      {filters.length > 0 && <Button onClick={onClear}>{say('ui.empty.clear')}</Button>}
    </section>
  )
}

/** Not allowed: which role would show it, and who gives it. */
export const NotAllowed = ({ children }: { readonly children?: ReactNode }) => {
  const { say } = useWords()
  return (
    <section className={styles.empty} data-empty="allowed">
      <h2>{say('ui.error.notAllowed')}</h2>
      {children && <p>{children}</p>}
    </section>
  )
}
