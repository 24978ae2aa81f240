import type { Entry } from '#domain/entry.ts'
import type { EntryFilter, LedgerFile, StoredEntry } from './store.ts'

/** One look into a ledger: positions from `from` to `to`, both included; newest first where `back` is set. */
export interface Look {
  readonly from: number
  readonly to: number
  readonly most: number
  readonly back: boolean
  readonly types: readonly string[] | undefined
  /** Pieces of text that the body must hold. */
  readonly holding: readonly string[]
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
    const what = { back, types: filter.types, holding: holdingOf(filter) }
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
      return search(Math.max(1, from), to, most, false, filter)
    },
    async readBack(before, most, filter = {}) {
      const end = await size()
      return search(1, Math.min(end, (before ?? end + 1) - 1), most, true, filter)
    },
  }
}

const isOpenFilter = ({ types, fields }: EntryFilter): boolean =>
  types === undefined && fields === undefined

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

/**
 * A body is canonical JSON without nested objects, so a field's text stands in it exactly where the
 * field has that value: inside a string its quotes would be escaped.
 */
const holdingOf = ({ fields = {} }: EntryFilter): string[] =>
  Object.entries(fields).map(([name, value]) => `"${name}":${JSON.stringify(value)}`)

/** `bodies` are joined by commas. */
export const entriesOf = (positions: readonly number[], bodies: string): StoredEntry[] => {
  const entries = JSON.parse(`[${bodies}]`) as Entry[]
  return entries.map((entry, index) => ({ position: positions[index] ?? 0, entry }))
}
