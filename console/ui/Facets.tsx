import { useState } from 'react'
import type { Filter } from '../filters/grammar.ts'
import { useWords, type Words } from '../words/words.ts'
import styles from './Facets.module.css'

export interface Facet {
  readonly field: string
  readonly title: string
  /** Counted by the server over the whole range, without this field's own filter. */
  readonly values: readonly {
    readonly value: string
    readonly count: number
    readonly says?: string
  }[]
  readonly others: number
  /** Stands open though nothing of it filters. */
  readonly opens?: boolean
}

interface Props {
  readonly facets: readonly Facet[]
  readonly filters: readonly Filter[]
  readonly onToggle: (field: string, value: string, not: boolean) => void
}

const shownAtFirst = 10

/** What the calls have, beside the list: each header says its own state; those that filter stand first and open. */
export const Facets = ({ facets, filters, onToggle }: Props) => {
  const { say } = useWords()
  const isActive = ({ field }: Facet) => filters.some((one) => one.field === field)
  const ordered = [...facets.filter(isActive), ...facets.filter((one) => !isActive(one))]
  return (
    <section className={styles.facets} aria-label={say('ui.facets')} data-testid="facets">
      {ordered.map((facet) => (
        <One key={facet.field} facet={facet} filters={filters} onToggle={onToggle} />
      ))}
    </section>
  )
}

const One = ({
  facet,
  filters,
  onToggle,
}: Pick<Props, 'filters' | 'onToggle'> & { readonly facet: Facet }) => {
  const words = useWords()
  const { say, number } = words
  const [text, setText] = useState('')
  const [showsAll, setShowsAll] = useState(false)
  const mine = filters.filter(({ field }) => field === facet.field)
  const selected = mine.filter(({ not }) => !not).flatMap(({ values }) => values)
  const excluded = mine.filter(({ not }) => not).flatMap(({ values }) => values)
  const told = (value: string) => facet.values.find((one) => one.value === value)?.says ?? value
  const absent = [...selected, ...excluded].filter(
    (value) => !facet.values.some((one) => one.value === value),
  )
  const all: Facet['values'] = [...absent.map((value) => ({ value, count: 0 })), ...facet.values]
  const found = all.filter(({ value }) => value.toLowerCase().includes(text.toLowerCase()))
  const shown = showsAll ? found : found.slice(0, shownAtFirst)
  return (
    <details
      className={styles.facet}
      open={mine.length > 0 || facet.opens || undefined}
      data-facet={facet.field}
    >
      <summary>
        <span>{facet.title}</span>
        <span className={styles.state}>
          {stateOf(words, selected.map(told), excluded.map(told))}
        </span>
      </summary>
      {all.length > shownAtFirst && (
        <input
          type="search"
          aria-label={say('ui.facets.search', { facet: facet.title })}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      <ul>
        {shown.map(({ value, count, says }) => (
          <li key={value}>
            <label>
              <input
                type="checkbox"
                checked={selected.includes(value)}
                onChange={() => onToggle(facet.field, value, false)}
              />
              <span className={excluded.includes(value) ? styles.excluded : styles.value}>
                {says ?? value}
              </span>
              <span className={styles.count}>{number(count)}</span>
            </label>
            <button
              type="button"
              aria-pressed={excluded.includes(value)}
              aria-label={say('ui.filters.exclude', { value: says ?? value })}
              onClick={() => onToggle(facet.field, value, true)}
            >
              ≠
            </button>
          </li>
        ))}
      </ul>
      {found.length > shown.length && (
        <button type="button" className={styles.more} onClick={() => setShowsAll(true)}>
          {say('ui.facets.more', { count: found.length - shown.length })}
        </button>
      )}
      {facet.others > 0 && (
        <p className={styles.others}>
          {say('ui.facets.others')} <span>{number(facet.others)}</span>
        </p>
      )}
    </details>
  )
}

const stateOf = (
  { say }: Words,
  selected: readonly string[],
  excluded: readonly string[],
): string => {
  const [only, second] = selected
  const [not, secondNot] = excluded
  if (only === undefined && not === undefined) return say('ui.facets.all')
  if (only !== undefined && second === undefined && not === undefined) return only
  if (not !== undefined && secondNot === undefined && only === undefined)
    return say('ui.facets.not', { value: not })
  return say('ui.facets.selected', { count: selected.length + excluded.length })
}
