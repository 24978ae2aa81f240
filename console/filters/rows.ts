import type { Facet } from '../ui/Facets.tsx'
import type { Filter } from './grammar.ts'

/** What a list is filtered by: what a row has of it, which may be several values or none. */
export interface Field<R> {
  readonly field: string
  readonly title: string
  readonly of: (row: R) => readonly string[]
  readonly says?: (value: string) => string
}

/** Those of a list that is here whole. A filter of no field of it fits no row that has to have it. */
export const rowsThat = <R>(
  rows: readonly R[],
  filters: readonly Filter[],
  fields: readonly Field<R>[],
): readonly R[] => {
  const asked = filters.map(({ field, not, values }) => {
    const of = fields.find((one) => one.field === field)?.of ?? (() => [])
    return (row: R) => of(row).some((value) => values.includes(value)) !== not
  })
  return rows.filter((row) => asked.every((fits) => fits(row)))
}

/** Counted of the whole list, each without its own filter. */
export const facetsOf = <R>(
  rows: readonly R[],
  filters: readonly Filter[],
  fields: readonly Field<R>[],
): readonly Facet[] =>
  fields.map(({ field, title, of, says }) => {
    const others = filters.filter((one) => one.field !== field)
    const counts = new Map<string, number>()
    for (const row of rowsThat(rows, others, fields))
      for (const value of of(row)) counts.set(value, (counts.get(value) ?? 0) + 1)
    const values = [...counts]
      .sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
      .map(([value, count]) => ({ value, count, ...(says && { says: says(value) }) }))
    return { field, title, values, others: 0 }
  })

/** Names are bytes: LIST_INVOICES finds list_invoices in every language, Turkish among them. */
export const nameHas = (name: string, text: string): boolean =>
  lowered(name).includes(lowered(text))

const lowered = (text: string): string => text.toLowerCase().replaceAll('\u0307', '')
