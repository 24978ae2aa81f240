import { readdirSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { keptBodies } from '../store.ts'
import { type Folder, ledgerFolder, makeFolder } from './files.ts'
import { type LedgerWriting, openForWriting, readState } from './ledger-file.ts'
import { type LedgerReadQuestion, readLedger } from './ledger-read.ts'
import { isConstraint } from './sqlite-error.ts'
import { treeStanding } from './tree-read.ts'
import { type TreeWriteQuestion, writeTree } from './tree-write.ts'

export interface AppendQuestion {
  readonly ask: 'append'
  readonly plane: string
  /** Flat, five an entry: type, at, call, body, bytes of payload. Flat is what clones fastest. */
  readonly rows: readonly (string | number)[]
  /** All payloads of the group, one behind the other. */
  readonly payloads: Uint8Array | undefined
}
export type LedgerWriterQuestion =
  | AppendQuestion
  | { readonly ask: 'open' | 'probe' | 'listOpen' | 'listOrphans'; readonly plane: string }
  | { readonly ask: 'drop'; readonly plane: string; readonly positions: readonly number[] }
  | { readonly ask: 'prune'; readonly plane: string; readonly to: number; readonly said: number }
  | { readonly ask: 'dropBodies'; readonly plane: string; readonly most: number }
  | { readonly ask: 'list' | 'trees' | 'close' }
  | TreeWriteQuestion
  | LedgerReadQuestion

export interface AppendAnswer {
  /** Indexes of entries that were left out: outcomes without an open intent, second intents. */
  readonly leftOut: readonly number[]
}

export const fieldsPerRow = 5
/** A snapshot of the open intents is taken after so many entries, or eight times their number. */
const snapshotEvery = 4096

/**
 * The one writer of all planes' ledgers. Each append is one plane's group and one transaction. It
 * knows positions, and that an outcome belongs to an open intent; it knows nothing else of entries.
 * Runs in a worker.
 */
export const createLedgerWriter = (
  folder: Folder,
): ((question: LedgerWriterQuestion) => unknown) => {
  const ledgers = new Map<string, LedgerWriting>()
  const failed = new Set<string>()
  /** Calls that were open when a ledger was opened first: whoever began them is gone. */
  const orphaned = new Map<string, ReadonlySet<string>>()
  if (folder !== 'memory') makeFolder(ledgerFolder(folder))

  const opened = (plane: string): LedgerWriting => {
    const known = ledgers.get(plane)
    if (known !== undefined) return known
    const ledger = openForWriting(folder, plane, { afterFailure: failed.has(plane) })
    failed.delete(plane)
    ledgers.set(plane, ledger)
    if (!orphaned.has(plane)) orphaned.set(plane, new Set(ledger.open.keys()))
    return ledger
  }

  /**
   * One transaction. Where it fails, the file is let go of and opened anew the next time: SQLite
   * recovers it, and what was remembered of it is read again.
   */
  const written = <T>(plane: string, write: (ledger: LedgerWriting) => T): T => {
    const ledger = opened(plane)
    try {
      ledger.begin.run()
      const answer = write(ledger)
      ledger.commit.run()
      return answer
    } catch (error) {
      letGo(plane, ledger)
      throw error
    }
  }

  /** As `written`. What a trigger refuses is rolled back: nothing that is remembered of entries was touched. */
  const writtenTree = (question: TreeWriteQuestion): boolean => {
    const ledger = opened(question.plane)
    try {
      ledger.begin.run()
      const done = writeTree(ledger.db, question)
      ledger.commit.run()
      return done
    } catch (error) {
      if (isConstraint(error) && ledger.db.isTransaction) ledger.db.exec('rollback')
      else letGo(question.plane, ledger)
      throw error
    }
  }

  const letGo = (plane: string, ledger: LedgerWriting): void => {
    try {
      if (ledger.db.isTransaction) ledger.db.exec('rollback')
    } finally {
      if (folder === 'memory') Object.assign(ledger, readState(ledger.db))
      else {
        ledgers.delete(plane)
        failed.add(plane)
        ledger.db.close()
      }
    }
  }

  const listOrphans = (plane: string): number[] =>
    [...opened(plane).open].flatMap(([call, position]) =>
      orphaned.get(plane)?.has(call) ? [position] : [],
    )

  const list = (): string[] =>
    folder === 'memory' ? [...ledgers.keys()].sort() : listLedgers(folder)

  const close = (): void => {
    for (const [plane, ledger] of ledgers) {
      // Without it the next start merely reads from an older snapshot on.
      if (ledger.size > ledger.snapshotAt) attempt(() => written(plane, snapshot))
      ledgers.get(plane)?.db.close()
    }
    ledgers.clear()
  }

  return (question) => {
    switch (question.ask) {
      case 'append':
        return written(question.plane, (ledger) => append(ledger, question))
      case 'open':
        return void opened(question.plane)
      case 'probe':
        return written(question.plane, snapshot)
      case 'drop':
        return written(question.plane, ({ db }) => drop(db, question.positions))
      case 'prune':
        return written(question.plane, ({ db }) => prune(db, question))
      case 'dropBodies':
        return written(question.plane, ({ db }) => dropBodies(db, question.most))
      case 'listOpen':
        return [...opened(question.plane).open.values()]
      case 'listOrphans':
        return listOrphans(question.plane)
      case 'grow':
      case 'addCheckpoint':
      case 'begin':
      case 'thin':
        return writtenTree(question)
      case 'list':
        return list()
      case 'trees':
        return [...ledgers].map(([plane, { db }]) => ({ plane, ...treeStanding(db) }))
      case 'close':
        return close()
      default:
        return readLedger(opened(question.plane).db, question)
    }
  }
}

/** What of it is right, the triggers know. */
const prune = (db: DatabaseSync, { to, said }: { to: number; said: number }): void => {
  db.prepare('update pruning set up_to = ?, said = ?').run(to, said)
}

const dropBodies = (db: DatabaseSync, most: number): void => {
  const row = db.prepare('select done, min(up_to, done + ?) as next from pruning').get(most)
  const { done, next } = row as { done: number; next: number }
  const types = JSON.stringify(keptBodies)
  db.prepare(
    `update entry set body = '' where position > ? and position <= ?
       and type not in (select value from json_each(?))`,
  ).run(done, next, types)
  db.prepare('delete from payload where position > ? and position <= ?').run(done, next)
  db.prepare('update pruning set done = ?').run(next)
}

/** Payloads alone: the triggers on entries stand. */
const drop = (db: DatabaseSync, positions: readonly number[]): void => {
  const sql = 'delete from payload where position in (select value from json_each(?))'
  db.prepare(sql).run(JSON.stringify(positions))
}

const append = (ledger: LedgerWriting, { rows, payloads }: AppendQuestion): AppendAnswer => {
  const leftOut: number[] = []
  let offset = 0
  for (let at = 0; at < rows.length; at += fieldsPerRow) {
    const type = rows[at] as string
    const payloadBytes = rows[at + 4] as number
    const payload = payloads?.subarray(offset, offset + payloadBytes)
    offset += payloadBytes
    if (!pairs(ledger, type, rows[at + 2] as string)) {
      leftOut.push(at / fieldsPerRow)
      continue
    }
    const position = ++ledger.size
    ledger.latest = Math.max(ledger.latest, rows[at + 1] as number)
    ledger.insertEntry.run(position, ledger.latest, type, rows[at + 3] as string)
    if (payload !== undefined && payloadBytes > 0) ledger.insertPayload.run(position, payload)
  }
  if (ledger.size - ledger.snapshotAt >= Math.max(snapshotEvery, ledger.open.size * 8)) {
    snapshot(ledger)
  }
  return { leftOut }
}

/** Keeps account of the open intents; false where an entry would break the pairing. */
const pairs = (ledger: LedgerWriting, type: string, call: string): boolean => {
  if (type === 'call.outcome') return ledger.open.delete(call)
  if (type !== 'call.intent') return true
  if (ledger.open.has(call)) return false
  ledger.open.set(call, ledger.size + 1)
  return true
}

const snapshot = (ledger: LedgerWriting): void => {
  ledger.putUnfinished.run(ledger.size, JSON.stringify([...ledger.open.values()]))
  ledger.snapshotAt = ledger.size
}

const listLedgers = (folder: string): string[] =>
  readdirSync(ledgerFolder(folder))
    .filter((name) => name.endsWith('.db'))
    .map((name) => name.slice(0, -'.db'.length))
    .sort()

const attempt = (task: () => void): void => {
  try {
    task()
  } catch {}
}
