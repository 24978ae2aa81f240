import { createHash } from 'node:crypto'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { migrate, migrations } from './migrate.ts'
import { type MovedTree, moveTree } from './move-tree.ts'
import { readAddress } from './postgres/address.ts'
import { openPostgresDatabase } from './postgres/database.ts'
import { intoTarget, type Target, type TargetEntry } from './postgres/target.ts'
import { type MovedEntry, openSource, type Source } from './sqlite/source.ts'

/** What stands in the database now, and was compared with the folder. */
export interface Moved {
  readonly tables: readonly { readonly name: string; readonly rows: number }[]
  readonly planes: readonly MovedPlane[]
}
export interface MovedPlane extends MovedTree {
  readonly plane: string
  readonly entries: number
  /** Encrypted arguments beside the entries. */
  readonly payloads: number
  /** SHA-256, hex, over the entries in their order, with their positions and payloads. */
  readonly digest: string
}

const chunk = 1000
/** Nobody's rows: the target has its own. */
const notMoved = ['migration', 'member']

/**
 * Moves a data folder that no process has open into an empty PostgreSQL database: every table, and
 * every ledger with positions, payloads, tree and checkpoints as they stand. In one transaction, which ends only when
 * counts and digests of both sides are equal; after any failure the database is as empty as before,
 * and the move can be begun again. Nothing in the folder is changed; it keeps the key file, without
 * which nothing that is encrypted can be read.
 *
 * Fault('locked') where a process has the folder open, Fault('bad_store') where it is of another
 * version or the database is not empty, Fault('store_unreachable') where the database is away.
 */
export const moveStore = async ({
  folder,
  url,
  clock,
}: {
  folder: string
  url: string
  clock: Clock
}): Promise<Moved> => {
  const address = readAddress(url)
  const source = openFolder(folder)
  try {
    checkVersion(source, folder)
    await bringTables(url, clock)
    const tables = source.tables.filter(({ name }) => !notMoved.includes(name))
    const names = tables.map(({ name }) => name)
    return await intoTarget(address, names, async (target) => {
      const used = await target.findUsed(names)
      if (used !== undefined) throw notEmpty(address.place, used)
      return {
        tables: await moveTables(source, target, tables),
        planes: await moveLedgers(source, target),
      }
    })
  } finally {
    source.close()
  }
}

/** Brings the tables of a database to what this version knows; for the role that owns them. */
export const bringTables = async (url: string, clock: Clock): Promise<void> => {
  const database = await openPostgresDatabase(readAddress(url), { clock })
  try {
    await migrate(database, clock.now())
  } finally {
    await database.close()
  }
}

const openFolder = (folder: string): Source => {
  try {
    return openSource(folder)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : 'unknown'
    throw /locked/.test(message)
      ? new Fault('locked', { detail: `the data folder ${folder} is in use`, cause })
      : new Fault('bad_store', { detail: `the data folder ${folder}: ${message}`, cause })
  }
}

const checkVersion = (source: Source, folder: string): void => {
  const known = migrations.map(({ number }) => number)
  if (source.migrations.join() === known.join()) return
  throw new Fault('bad_store', {
    detail: `the data folder ${folder} is of another version (its newest migration is ${source.migrations.at(-1)}, this one's is ${known.at(-1)})`,
    fix: 'Start and stop this version on it once, then move it.',
  })
}

const notEmpty = (place: string, table: string): Fault =>
  new Fault('bad_store', {
    detail: `${place} is not empty: the table ${table} holds rows`,
    fix: 'Move into a database that no Bailiwick has been started on.',
  })

const moveTables = async (
  source: Source,
  target: Target,
  tables: Source['tables'],
): Promise<Moved['tables']> => {
  const moved: { name: string; rows: number }[] = []
  for (const { name, columns } of tables) {
    let rows = 0
    for (const some of source.rows(name, chunk)) {
      await target.insert(name, columns, some)
      rows += some.length
    }
    const found = await target.count(name)
    if (found !== rows) throw different(`the table ${name}`, `${rows} rows`, `${found}`)
    moved.push({ name, rows })
  }
  return moved
}

const moveLedgers = async (source: Source, target: Target): Promise<MovedPlane[]> => {
  const moved: MovedPlane[] = []
  for (const plane of source.planes) {
    const sent = await sendLedger(source, target, plane)
    const found = await readBack(target, plane)
    if (found.digest !== sent.digest || found.entries !== sent.entries) {
      throw different(`the ledger of ${plane}`, sent.digest, found.digest)
    }
    const tree = await moveTree(source, target, plane, (what, one, other) => {
      if (one !== other) throw different(what, one, other)
    })
    const pruning = source.pruning(plane)
    if (pruning !== undefined) await target.prune(plane, pruning)
    moved.push({ plane, ...sent, ...tree })
  }
  return moved
}

type MovedEntries = Omit<MovedPlane, 'plane' | keyof MovedTree>

const sendLedger = async (source: Source, target: Target, plane: string): Promise<MovedEntries> => {
  const tally = createTally()
  const open = new Set<string>()
  let latest = 0
  for (const some of source.entries(plane, chunk)) {
    const entries = some.map((entry) => named(entry, open))
    await target.append(plane, entries)
    for (const entry of some) tally.add(entry)
    latest = some.at(-1)?.latest ?? latest
  }
  const sum = tally.sum()
  await target.conclude(plane, { size: sum.entries, latest }, [...open])
  return sum
}

/** Under the ids that `append` would have given: an outcome still finds its intent. */
const named = (entry: MovedEntry, open: Set<string>): TargetEntry => {
  // Nobody looks for an entry by its call whose body has gone.
  if (entry.body === '') return { ...entry, id: `moved:${entry.position}`, at: entry.latest }
  const { at, call = '' } = JSON.parse(entry.body) as { at: number; call?: string }
  if (entry.type === 'call.intent') open.add(call)
  if (entry.type === 'call.outcome') open.delete(call)
  const id =
    entry.type === 'call.intent'
      ? `${call}:i`
      : entry.type === 'call.outcome'
        ? `${call}:o`
        : `moved:${entry.position}`
  return { ...entry, id, at }
}

const readBack = async (target: Target, plane: string): Promise<MovedEntries> => {
  const tally = createTally()
  for (let from = 1; ; ) {
    const some = await target.entries(plane, from, chunk)
    for (const entry of some) tally.add(entry)
    const last = some.at(-1)
    if (last === undefined) return tally.sum()
    from = last.position + 1
  }
}

const createTally = () => {
  const hash = createHash('sha256')
  let entries = 0
  let payloads = 0
  return {
    add({ position, latest, type, body, payload }: MovedEntry): void {
      const bytes = payload?.length ?? -1
      hash.update(`${position} ${latest} ${type} ${Buffer.byteLength(body)} ${bytes}\n${body}`)
      if (payload !== null) hash.update(payload)
      entries++
      if (payload !== null) payloads++
    },
    sum: () => ({ entries, payloads, digest: hash.digest('hex') }),
  }
}

const different = (what: string, sent: string, found: string): Fault =>
  new Fault('bad_store', {
    detail: `${what} did not arrive as it was (${sent}, and ${found} arrived); nothing was moved`,
  })
