import type { Facet } from '../ui/Facets.tsx'
import type { Filter } from './grammar.ts'

/** What a row has for each field that a list is filtered by: several values, where it has several. */
export type ValuesOf<R> = (row: R) => Readonly<Record<string, readonly string[]>>

const fits = (values: readonly string[], { values: asked, not }: Filter): boolean =>
  values.some((value) => asked.includes(value)) !== not

/** Those of a list that is here whole. */
export const rowsThat = <R>(
  rows: readonly R[],
  filters: readonly Filter[],
  valuesOf: ValuesOf<R>,
): readonly R[] =>
  rows.filter((row) => {
    const values = valuesOf(row)
    return filters.every((filter) => fits(values[filter.field] ?? [], filter))
  })

/** Counted of the whole list, each without its own filter. */
export const facetsOf = <R>(
  rows: readonly R[],
  filters: readonly Filter[],
  valuesOf: ValuesOf<R>,
  fields: readonly {
    readonly field: string
    readonly title: string
    readonly says?: (value: string) => string
  }[],
): readonly Facet[] =>
  fields.map(({ field, title, says }) => {
    const others = filters.filter((one) => one.field !== field)
    const counts = new Map<string, number>()
    for (const row of rowsThat(rows, others, valuesOf))
      for (const value of valuesOf(row)[field] ?? [])
        counts.set(value, (counts.get(value) ?? 0) + 1)
    const values = [...counts]
      .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
      .map(([value, count]) => ({ value, count, ...(says && { says: says(value) }) }))
    return { field, title, values, others: 0 }
  })
