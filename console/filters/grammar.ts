import { readRange } from './time.ts'

/** What stands in the query of an address: one text per key, in the order in which it was written. */
export type Search = Readonly<Record<string, string>>

/** `f.outcome=denied,limited`, and `f.tool!=search` for what is left out. */
export interface Filter {
  readonly field: string
  readonly not: boolean
  readonly values: readonly string[]
}

export const readSearch = (text: string): Search => {
  const search: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(text)) {
    const known = search[key]
    // A filter that stands twice means both; of any other key the last one holds.
    search[key] = known !== undefined && key.startsWith('f.') ? `${known},${value}` : value
  }
  return search
}

/** Readable and editable by hand: what RFC 3986 §3.4 lets stand in a query is not escaped. */
export const writeSearch = (search: Search): string => {
  const pairs = Object.entries(search)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${escaped(key)}=${escaped(value)}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

const escaped = (text: string): string =>
  encodeURIComponent(text).replaceAll(/%(2C|3A|2F|40|21|3F)/g, (code) => decodeURIComponent(code))

/** A comma or a backslash that belongs to a value has a backslash before it. */
export const readValues = (text: string): readonly string[] =>
  [...text.matchAll(/(?:\\.|[^,\\])+/g)].map(([value]) => value.replaceAll(/\\(.)/g, '$1'))
export const writeValues = (values: readonly string[]): string =>
  values.map((value) => value.replaceAll(/[\\,]/g, '\\$&')).join(',')

export const filtersOf = (search: Search): readonly Filter[] =>
  Object.entries(search).flatMap(([key, text]) => {
    const [, field, not] = /^f\.([^!]+)(!?)$/.exec(key) ?? []
    const values = readValues(text)
    return field === undefined || values.length === 0 ? [] : [{ field, not: not === '!', values }]
  })

const keyOf = (field: string, not: boolean): string => `f.${field}${not ? '!' : ''}`

/** The search with exactly these values of one field; none of them takes the filter away. */
export const withFilter = (search: Search, { field, not, values }: Filter): Search => {
  const { [keyOf(field, not)]: _, ...rest } = search
  return values.length === 0 ? rest : { ...rest, [keyOf(field, not)]: writeValues(values) }
}

/** Takes a value in where it was not, and out where it was; what is excluded is not asked for as well. */
export const toggled = (search: Search, field: string, value: string, not = false): Search => {
  const valuesOf = (of: boolean) => readValues(search[keyOf(field, of)] ?? '')
  const here = valuesOf(not)
  const values = here.includes(value) ? here.filter((one) => one !== value) : [...here, value]
  const others = valuesOf(!not).filter((one) => one !== value)
  return withFilter(withFilter(search, { field, not, values }), {
    field,
    not: !not,
    values: others,
  })
}

export const withoutFilters = (search: Search): Search =>
  Object.fromEntries(Object.entries(search).filter(([key]) => key !== 'q' && !key.startsWith('f.')))

/** Kept by every page, whatever it shows. */
const common = ['plane', 'peek', 'sort', 'cols', 'live', 'q', 't', 'group']

/** Keys that a page does not know, which are kept and reported, and never dropped in silence. */
export const unknownKeys = (
  search: Search,
  known: { readonly fields: readonly string[]; readonly keys?: readonly string[] },
): readonly string[] =>
  Object.entries(search).flatMap(([key, value]) => {
    if (key === 't') return readRange(value) === undefined ? [`t=${value}`] : []
    const field = /^f\.([^!]+)!?$/.exec(key)?.[1]
    if (field !== undefined) return known.fields.includes(field) ? [] : [key]
    return common.includes(key) || known.keys?.includes(key) ? [] : [key]
  })
