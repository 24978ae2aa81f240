import { type Hash, hashBytes, leafHash, type TreeNode } from '#lib/merkle.ts'
import { tileHeight, tileWidth } from '#lib/tile.ts'
import { createFindings, type Findings } from './findings.ts'
import { type Against, keptProblem } from './kept.ts'
import { keysAsWritten, type LedgerKey, readKeys, trustProblem, type WrittenKey } from './keys.ts'
import { type LedgerVerdict, verifyLedger } from './ledger.ts'
import type { Shaped } from './shapes.ts'

/** A ledger where it lies, as whoever keeps it hands it out. */
export interface StoredLedger {
  readonly plane: string
  readonly origin: string
  readonly keys: readonly WrittenKey[]
  /** Entries that have a position, and how many of them are in the tree. */
  readonly entries: number
  readonly size: number
  readonly checkpoints: number
  /** Number of the newest; where some were thinned out, there are fewer. */
  readonly newest: number
  /** Its keeper says that entries up to here need have no bodies any more; 0 where none has gone. */
  readonly pruned: number
  /** What its keeper itself says against it. */
  readonly problem?: string | undefined
  part(from: number, most: number): Promise<StoredPart>
  /** Of checkpoints with these numbers, as far as they stand. */
  notes(from: number, most: number): Promise<readonly string[]>
  tiles(
    places: readonly { level: number; index: number }[],
  ): Promise<readonly (Uint8Array | undefined)[]>
  /** Where others share the thread: lets them go first, now and then. */
  breathe?(): Promise<void>
}

export interface StoredPart {
  readonly positions: readonly number[]
  readonly bodies: readonly string[]
  /** Of the positions asked for: hashed where the bodies lie, one behind the other; kept of those that have none. */
  readonly leaves: Uint8Array
  /** Of what is encrypted beside entries and still there. */
  readonly payloads: readonly { readonly position: number; readonly sha256: string }[]
}

export interface StoredVerdict {
  readonly findings: Findings
  readonly keys: readonly LedgerKey[]
  readonly ledger: LedgerVerdict | undefined
  /** Entries that are not in the tree yet: written a moment ago. */
  readonly waiting: number
  readonly payloads: number
}

const entriesAtOnce = 8 * tileWidth
/** So many are hashed in one go. */
const hashedAtOnce = tileWidth
const notesAtOnce = 500
const tilesAtOnce = 32

/** Verifies every entry, every tile, every checkpoint and what is encrypted, of a ledger in its store. */
export const verifyStored = async (
  stored: StoredLedger,
  about: Against = {},
): Promise<StoredVerdict> => {
  const findings = createFindings()
  const { plane, origin, size, entries } = stored
  if (stored.problem !== undefined) findings.add(`the ledger of ${plane}`, stored.problem)
  const waiting = Math.max(0, entries - size)
  const keys = keysOf(stored, findings)
  if (keys.length === 0) return { findings, keys, ledger: undefined, waiting, payloads: 0 }
  const walk = createWalk(stored, findings)
  const nodes = createNodeCheck(stored, findings)
  const ledger = await verifyLedger(
    {
      ...{ plane, origin, keys, from: 1, left: [] },
      entries: walk.entries(),
      checkpoints: notesOf(stored),
      leaf: { of: walk.leaf, where: tileOf },
      entry: walk.entry,
      completed: nodes.completed,
      progress: (done) => about.progress?.(done, size),
    },
    findings,
    about.kept === undefined ? [] : [about.kept.size],
  )
  await nodes.end()
  if (stored.pruned > walk.said())
    findings.add(
      `entries 1 to ${stored.pruned}`,
      `bodies are missing up to ${walk.lastGone()}, and ledger.pruned says so of ${walk.said()}`,
    )
  const stranger = trustProblem(about.trusted, keys, ledger.last?.key)
  if (stranger !== undefined) findings.add('keys', stranger)
  const last = ledger.last?.size ?? 0
  const changed =
    about.kept && keptProblem(about.kept, { origin, keys, verdict: ledger, size: last })
  if (changed !== undefined) findings.add('the kept checkpoint', changed)
  return { findings, keys, ledger, waiting, payloads: walk.payloads() }
}

/** What vouches for a key is made of tiles: where one was changed, it is to be named, and so this goes on. */
const keysOf = ({ origin, keys }: StoredLedger, findings: Findings): readonly LedgerKey[] => {
  const read = readKeys(origin, keys)
  if (!('problem' in read)) return read
  findings.add('keys', read.problem)
  return keysAsWritten(origin, keys)
}

/** Where the leaf hash of an entry is kept. */
const tileOf = (position: number): { readonly file: string; readonly place: number } => ({
  file: `tile 0/${Math.floor((position - 1) / tileWidth)}`,
  place: (position - 1) % tileWidth,
})

async function* notesOf(stored: StoredLedger): AsyncGenerator<string> {
  for (let from = 1; from <= stored.newest; from += notesAtOnce) {
    const most = Math.min(notesAtOnce, stored.newest - from + 1)
    yield* await stored.notes(from, most)
  }
}

/** Entries in their order, with the tiles of their hashes; what is encrypted beside each. */
const createWalk = (stored: StoredLedger, findings: Findings) => {
  let tiles: { readonly first: number; readonly hashes: Uint8Array } = {
    first: 0,
    hashes: new Uint8Array(0),
  }
  const sealed = new Map<number, string>()
  let payloads = 0
  let said = 0
  let lastGone = 0

  const load = async (first: number): Promise<void> => {
    const places = Array.from({ length: entriesAtOnce / tileWidth }, (_, at) => ({
      level: 0,
      index: first / tileWidth + at,
    }))
    const found = await stored.tiles(places)
    const whole = found.map((tile) => tile ?? new Uint8Array(0))
    tiles = { first, hashes: Buffer.concat(whole) }
  }

  const entries = async function* (): AsyncGenerator<readonly (string | Hash)[]> {
    for (let from = 1; from <= stored.size; from += entriesAtOnce) {
      const most = Math.min(entriesAtOnce, stored.size - from + 1)
      const { positions, bodies, leaves, payloads: beside } = await stored.part(from, most)
      await load(from - 1)
      for (const { position, sha256 } of beside) sealed.set(position, sha256)
      const whole: (string | Hash)[] = []
      const bodyAt = new Map(positions.map((position, at) => [position, bodies[at] ?? '']))
      for (let at = 0; at < most; at++) {
        const body = bodyAt.get(from + at)
        // What the hash of a body that has gone is held against is every checkpoint behind it.
        const gone = from + at <= stored.pruned ? leafAt(leaves, at) : undefined
        const one = body ?? gone
        if (one === undefined) break
        if (body === undefined) lastGone = from + at
        whole.push(one)
      }
      checkText(from, whole, leaves, findings)
      for (let at = 0; at < whole.length; at += hashedAtOnce) {
        yield whole.slice(at, at + hashedAtOnce)
        await stored.breathe?.()
      }
      sealed.clear()
      if (whole.length === most) continue
      const where = `entry ${from + whole.length}`
      return findings.add(where, 'it is missing; nothing behind it was verified')
    }
  }

  return {
    entries,
    payloads: () => payloads,
    said: () => said,
    lastGone: () => lastGone,
    leaf(position: number): Hash | undefined {
      const at = (position - 1 - tiles.first) * hashBytes
      const found = at < 0 ? undefined : tiles.hashes.subarray(at, at + hashBytes)
      return found?.length === hashBytes ? found : undefined
    },
    entry(position: number, entry: Shaped): void {
      if (
        entry.type === 'ledger.pruned' &&
        entry.bodies !== undefined &&
        position > Number(entry.to)
      )
        said = Math.max(said, Number(entry.to))
      const sha256 = sealed.get(position)
      if (sha256 === undefined) return
      payloads++
      if (sha256 !== entry[entry.type === 'call.outcome' ? 'resultSealed' : 'argumentsSealed'])
        findings.add(`the payload of entry ${position}`, 'its entry has another hash of it')
    },
  }
}

const leafAt = (leaves: Uint8Array, at: number): Hash | undefined => {
  const leaf = leaves.subarray(at * hashBytes, (at + 1) * hashBytes)
  return leaf.length === hashBytes ? Buffer.from(leaf) : undefined
}

/** The text that lies in the store is the one that was read: another spelling has another hash. */
const checkText = (
  from: number,
  bodies: readonly (string | Hash)[],
  leaves: Uint8Array,
  findings: Findings,
): void => {
  for (const [at, body] of bodies.entries()) {
    if (typeof body !== 'string') continue
    const there = leaves.subarray(at * hashBytes, (at + 1) * hashBytes)
    if (Buffer.compare(leafHash(body), there) !== 0)
      findings.add(`entry ${from + at}`, 'it is not in canonical form (RFC 8785)')
  }
}

/** Hashes above the leaves that are kept as well: those of every eighth level. */
const createNodeCheck = (stored: StoredLedger, findings: Findings) => {
  const made = new Map<string, Map<number, Hash>>()
  return {
    completed({ level, index }: TreeNode, hash: Hash): void {
      if (level === 0 || level % tileHeight !== 0) return
      const name = `${level / tileHeight}/${Math.floor(index / tileWidth)}`
      const tile = made.get(name) ?? new Map<number, Hash>()
      made.set(name, tile.set(index % tileWidth, hash))
    },
    async end(): Promise<void> {
      const names = [...made.keys()]
      for (let at = 0; at < names.length; at += tilesAtOnce) {
        const some = names.slice(at, at + tilesAtOnce)
        const places = some.map((name) => {
          const [level = 0, index = 0] = name.split('/').map(Number)
          return { level, index }
        })
        const tiles = await stored.tiles(places)
        for (const [one, name] of some.entries())
          for (const [place, hash] of made.get(name) ?? [])
            if (!holds(tiles[one], place, hash))
              findings.add(`tile ${name}`, `its hash ${place} is not that of the entries`)
      }
    },
  }
}

const holds = (tile: Uint8Array | undefined, place: number, hash: Hash): boolean =>
  tile !== undefined &&
  Buffer.compare(tile.subarray(place * hashBytes, (place + 1) * hashBytes), hash) === 0
