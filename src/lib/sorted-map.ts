/**
 * An immutable map from text to values that are never undefined. Iteration is in ascending order of
 * key, by UTF-16 code units as `<` compares them, which is byte order where keys are ASCII.
 */
export interface SortedMap<V> extends ReadonlyMap<string, V> {
  /**
   * A map with these changes, where undefined removes and the later of two for one key counts. It
   * shares what it can with this one, which stays as it is: one change among 100,000 entries takes
   * microseconds, and many at once no longer than building a map of them all.
   */
  with(changes: Iterable<readonly [key: string, value: V | undefined]>): SortedMap<V>
  /** The entries whose keys come after this one, whether or not it stands here: the next page of a list. */
  after(key: string): MapIterator<[string, V]>
}

/** A stretch of neighbours: `keys[i]` stands for `values[i]`, ascending, never empty. */
interface Chunk<V> {
  readonly keys: readonly string[]
  readonly values: readonly V[]
}

// A change copies one chunk and the list of chunks: at 100,000 entries this keeps both short.
const mostInChunk = 256

export const sortedMap = <V>(entries: Iterable<readonly [string, V]> = []): SortedMap<V> =>
  mapOf<V>({ chunks: [], firsts: [], size: 0 }).with(entries)

interface Held<V> {
  readonly chunks: Chunk<V>[]
  /** The first key of each chunk. */
  readonly firsts: string[]
  size: number
}

const mapOf = <V>(held: Readonly<Held<V>>): SortedMap<V> => {
  const { chunks, firsts, size } = held

  const get = (key: string): V | undefined => {
    const chunk = chunks[chunkOf(firsts, key)]
    if (!chunk) return undefined
    const at = notBefore(chunk.keys, key)
    return chunk.keys[at] === key ? chunk.values[at] : undefined
  }
  function* after(key: string): Generator<[string, V], undefined> {
    for (let c = chunkOf(firsts, key); c < chunks.length; c++)
      for (const [one, value] of entriesOf(chunks[c] as Chunk<V>)) if (one > key) yield [one, value]
  }
  function* entries(): Generator<[string, V], undefined> {
    for (const chunk of chunks) yield* entriesOf(chunk)
  }
  function* keys(): Generator<string, undefined> {
    for (const chunk of chunks) yield* chunk.keys
  }
  function* values(): Generator<V, undefined> {
    for (const chunk of chunks) yield* chunk.values
  }
  const map: SortedMap<V> = {
    size,
    get,
    has: (key) => get(key) !== undefined,
    forEach(visit) {
      for (const [key, value] of entries()) visit(value, key, map)
    },
    entries,
    keys,
    values,
    after,
    with: (changes) => mapOf(changed(held, inOrder(changes))),
    [Symbol.iterator]: entries,
  }
  return Object.freeze(map)
}

function* entriesOf<V>({ keys, values }: Chunk<V>): Generator<[string, V], undefined> {
  for (let at = 0; at < keys.length; at++) yield [keys[at] as string, values[at] as V]
}

type Change<V> = readonly [key: string, value: V | undefined]

const inOrder = <V>(changes: Iterable<Change<V>>): Change<V>[] =>
  [...new Map(changes)].sort(([a], [b]) => (a < b ? -1 : 1))

const changed = <V>(before: Readonly<Held<V>>, changes: readonly Change<V>[]): Held<V> => {
  const after: Held<V> = { chunks: [], firsts: [], size: 0 }
  let taken = 0
  for (let at = 0; at < changes.length; ) {
    const target = chunkOf(before.firsts, (changes[at] as Change<V>)[0])
    const bound = before.firsts[target + 1]
    let end = at + 1
    while (end < changes.length && isBefore(changes[end], bound)) end++
    take(after, before, taken, target)
    for (const piece of pieces(merged(before.chunks[target], changes.slice(at, end))))
      append(after, piece)
    taken = target + 1
    at = end
  }
  take(after, before, taken, before.chunks.length)
  for (const { keys } of after.chunks) after.size += keys.length
  return after
}

const isBefore = <V>(change: Change<V> | undefined, bound: string | undefined): boolean =>
  bound === undefined || (change !== undefined && change[0] < bound)

/** What no change touches, as it is. */
const take = <V>(held: Held<V>, from: Readonly<Held<V>>, start: number, end: number): void => {
  if (start < end) append(held, from.chunks[start] as Chunk<V>)
  for (let at = start + 1; at < end; at++) {
    held.chunks.push(from.chunks[at] as Chunk<V>)
    held.firsts.push(from.firsts[at] as string)
  }
}

/** What removals left of two neighbours becomes one, so that the list does not fill with crumbs. */
const append = <V>({ chunks, firsts }: Held<V>, chunk: Chunk<V>): void => {
  const last = chunks.at(-1)
  if (!last || last.keys.length + chunk.keys.length > mostInChunk / 2) {
    chunks.push(chunk)
    firsts.push(chunk.keys[0] as string)
  } else
    chunks[chunks.length - 1] = {
      keys: [...last.keys, ...chunk.keys],
      values: [...last.values, ...chunk.values],
    }
}

const merged = <V>(chunk: Chunk<V> | undefined, changes: readonly Change<V>[]): Chunk<V> => {
  const before = chunk ?? { keys: [], values: [] }
  const keys: string[] = []
  const values: V[] = []
  let at = 0
  for (const [key, value] of changes) {
    for (; at < before.keys.length && (before.keys[at] as string) < key; at++) {
      keys.push(before.keys[at] as string)
      values.push(before.values[at] as V)
    }
    if (before.keys[at] === key) at++
    if (value === undefined) continue
    keys.push(key)
    values.push(value)
  }
  for (; at < before.keys.length; at++) {
    keys.push(before.keys[at] as string)
    values.push(before.values[at] as V)
  }
  return { keys, values }
}

/** In parts of equal size that have room to grow; none of an empty one. */
const pieces = <V>({ keys, values }: Chunk<V>): Chunk<V>[] => {
  if (keys.length === 0) return []
  if (keys.length <= mostInChunk) return [{ keys, values }]
  const count = Math.ceil(keys.length / (mostInChunk * 0.75))
  const length = Math.ceil(keys.length / count)
  return Array.from({ length: Math.ceil(keys.length / length) }, (_, piece) => ({
    keys: keys.slice(piece * length, (piece + 1) * length),
    values: values.slice(piece * length, (piece + 1) * length),
  }))
}

/** The chunk that a key stands in or would stand in; 0 where there is none. */
const chunkOf = (firsts: readonly string[], key: string): number => {
  let low = 1
  let high = firsts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((firsts[middle] as string) <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The first position whose key is not before this one. */
const notBefore = (keys: readonly string[], key: string): number => {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}
