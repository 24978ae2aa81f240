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
  /** Undefined: of whichever call, or of none. */
  readonly calls: readonly string[] | undefined
}

/** Pieces of text that the body must hold, and such as it must not. */
export interface Way {
  readonly holds: readonly string[]
  readonly lacks: readonly string[]
}

/** A search looks at so many positions at a time, so that a long one does not hold up the others. */
const searchWindow = 50_000

/** A ledger's searches, made of looks at it. */
export interface Search extends Pick<LedgerFile, 'read' | 'readBack'> {
  /** From a position on, until each of these calls has one. */
  outcomes(from: number, calls: readonly string[]): Promise<StoredEntry[]>
}

type What = Pick<Look, 'types' | 'ways' | 'calls'>

export const createSearch = (
  size: () => Promise<number>,
  look: (about: Look) => Promise<StoredEntry[]>,
): Search => {
  const search = async (
    from: number,
    to: number,
    { most, back }: Pick<Look, 'most' | 'back'>,
    what: What,
  ): Promise<StoredEntry[]> => {
    const found: StoredEntry[] = []
    const window = passesAll(what) ? Number.MAX_SAFE_INTEGER : searchWindow
    for (const [low, high] of windows(from, to, window, back)) {
      const about = { from: low, to: high, most: most - found.length, back, ...what }
      found.push(...(await look(about)))
      if (found.length >= most) break
    }
    return found
  }
  return {
    async read(from, most, filter = {}) {
      const to = lastOf(await size(), filter.before)
      return search(Math.max(1, from, filter.from ?? 1), to, { most, back: false }, whatOf(filter))
    },
    async readBack(before, most, filter = {}) {
      const to = lastOf(await size(), before, filter.before)
      return search(Math.max(1, filter.from ?? 1), to, { most, back: true }, whatOf(filter))
    },
    async outcomes(from, calls) {
      const what = { types: ['call.outcome'], ways: [], calls }
      return search(from, await size(), { most: calls.length, back: false }, what)
    },
  }
}

const lastOf = (size: number, ...befores: readonly (number | undefined)[]): number =>
  Math.min(size, ...befores.map((before) => (before ?? size + 1) - 1))

const whatOf = (filter: EntryFilter): What => ({
  types: filter.types,
  ways: waysOf(filter),
  calls: undefined,
})

const passesAll = ({ types, ways, calls }: What): boolean =>
  types === undefined && ways.length === 0 && calls === undefined

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
