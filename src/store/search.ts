import type { Entry } from '#domain/entry.ts'
import type { EntryFilter, Fields, LedgerFile, StoredEntry } from './store.ts'

/** One look into a ledger: positions from `from` to `to`, both included; newest first where `back` is set. */
export interface Look {
  readonly from: number
  readonly to: number
  readonly most: number
  readonly back: boolean
  readonly types: readonly string[] | undefined
  /** Ways to pass, of which one is enough; none: there is nothing to pass. */
  readonly ways: readonly Way[]
  readonly calls: readonly string[] | undefined
}

/** Pieces of text that the body must hold, and such as it must not. */
export interface Way {
  readonly holds: readonly string[]
  readonly lacks: readonly string[]
}

/** A search looks at so many positions at a time, so that a long one does not hold up the others. */
const searchWindow = 50_000

/** `read` and `readBack` of a ledger, made of looks at it. */
export const createSearch = (
  size: () => Promise<number>,
  look: (about: Look) => Promise<StoredEntry[]>,
): Pick<LedgerFile, 'read' | 'readBack'> => {
  const search = async (
    from: number,
    to: number,
    most: number,
    back: boolean,
    filter: EntryFilter,
  ): Promise<StoredEntry[]> => {
    const found: StoredEntry[] = []
    const window = isOpenFilter(filter) ? Number.MAX_SAFE_INTEGER : searchWindow
    const what = { back, types: filter.types, ways: waysOf(filter), calls: filter.calls }
    for (const [low, high] of windows(from, to, window, back)) {
      found.push(...(await look({ from: low, to: high, most: most - found.length, ...what })))
      if (found.length >= most) break
    }
    return found
  }
  return {
    async read(from, most, filter = {}) {
      const end = await size()
      const to = Math.min(end, (filter.before ?? end + 1) - 1)
      return search(Math.max(1, from, filter.from ?? 1), to, most, false, filter)
    },
    async readBack(before, most, filter = {}) {
      const end = await size()
      const to = Math.min(end, (before ?? end + 1) - 1, (filter.before ?? end + 1) - 1)
      return search(Math.max(1, filter.from ?? 1), to, most, true, filter)
    },
  }
}

const isOpenFilter = ({ types, fields, calls }: EntryFilter): boolean =>
  types === undefined && fields === undefined && calls === undefined

function* windows(
  from: number,
  to: number,
  size: number,
  back: boolean,
): Generator<readonly [number, number]> {
  if (back) {
    for (let high = to; high >= from; high -= size) yield [Math.max(from, high - size + 1), high]
  } else {
    for (let low = from; low <= to; low += size) yield [low, Math.min(to, low + size - 1)]
  }
}

const waysOf = ({ fields }: EntryFilter): readonly Way[] => {
  if (fields === undefined) return []
  return (isList(fields) ? fields : [fields]).map(wayOf)
}

const isList = Array.isArray as (fields: Fields | readonly Fields[]) => fields is readonly Fields[]

/**
 * A body is canonical JSON without nested objects, so a field's text stands in it exactly where the
 * field has that value, and its name where there is such a field: inside a string the quotes would be
 * escaped.
 */
const wayOf = (fields: Fields): Way => {
  const said = Object.entries(fields)
  return {
    holds: said.flatMap(([name, value]) =>
      value === false ? [] : [`${JSON.stringify(name)}:${JSON.stringify(value)}`],
    ),
    lacks: said.flatMap(([name, value]) => (value === false ? [`${JSON.stringify(name)}:`] : [])),
  }
}

/** `bodies` are joined by commas. */
export const entriesOf = (positions: readonly number[], bodies: string): StoredEntry[] => {
  const entries = JSON.parse(`[${bodies}]`) as Entry[]
  return entries.map((entry, index) => ({ position: positions[index] ?? 0, entry }))
}
