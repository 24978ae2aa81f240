import { X } from 'lucide-react'
import type { Filter } from '../filters/grammar.ts'
import { useWords } from '../words/words.ts'
import styles from './FilterChips.module.css'

/** What filters a list, each to be taken away. */
export const FilterChips = ({
  filters,
  onRemove,
}: {
  readonly filters: readonly Filter[]
  readonly onRemove: (filter: Filter) => void
}) => {
  const { say } = useWords()
  if (filters.length === 0) return null
  return (
    <ul className={styles.chips}>
      {filters.map((filter) => {
        const text = `${filter.field}${filter.not ? ' ≠ ' : ': '}${filter.values.join(', ')}`
        return (
          <li key={`${filter.field}${filter.not}`}>
            <span>{text}</span>
            <button
              type="button"
              aria-label={say('ui.filters.remove', { filter: text })}
              onClick={() => onRemove(filter)}
            >
              <X size={14} aria-hidden="true" />
            </button>
          </li>
        )
      })}
    </ul>
  )
}

/** What this page does not know of its address: kept, and said. */
export const UnknownFilters = ({ names }: { readonly names: readonly string[] }) => {
  const { say } = useWords()
  if (names.length === 0) return null
  return (
    <p role="status" className={styles.unknown}>
      {say('ui.filters.unknown', { count: names.length, names: names.join(', ') })}
    </p>
  )
}
