import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import type { CallIndex } from '../call-index/call-index.ts'
import {
  createGroupCommit,
  type GroupAnswer,
  type GroupCommit,
  logWriting,
  type OnCommit,
} from '../group.ts'
import type { Ledgers } from '../ledgers.ts'
import { createSearch, entriesOf, type Look } from '../search.ts'
import type { EntryRow, LedgerFile, Pruning, StoredEntry, TreeStanding } from '../store.ts'
import { createSqliteIndexes, type LedgerText } from './call-index.ts'
import type { Folder } from './files.ts'
import type { EntriesAnswer, LedgerReadQuestion } from './ledger-read.ts'
import type { LedgerReaderQuestion } from './ledger-reader.ts'
import { ledgerTreeOf } from './ledger-tree.ts'
import type { AppendQuestion, LedgerWriterQuestion } from './ledger-writer.ts'
import { type AskWorker, startWorker } from './worker.ts'

type Writer = AskWorker<LedgerWriterQuestion>
type Read = <Value>(question: LedgerReadQuestion) => Promise<Value>

interface Plane {
  readonly file: LedgerFile
  readonly group: GroupCommit
  readonly index: CallIndex
}

/** One writer for all planes; one reader, started when something is first read. */
export const openSqliteLedgers = (options: {
  folder: Folder
  clock: Clock
  log: Log
  deadlineMs: number
  onCommit?: OnCommit | undefined
}): Ledgers => {
  const { folder } = options
  const writer = startWorker<LedgerWriterQuestion>('ledger writer', folder)
  const reader = createReader(folder, writer)
  const indexes = createSqliteIndexes(folder)
  const planes = new Map<PlaneId, Plane>()
  const plane = (id: PlaneId): Plane => {
    const known = planes.get(id)
    if (known !== undefined) return known
    const group = groupOf(id, writer, options)
    const { file, text } = ledgerFileOf(id, writer, reader.read, group)
    const made = { file, group, index: indexes.of(id, text) }
    planes.set(id, made)
    return made
  }
  return {
    plane: (id) => plane(id).file,
    index: (id) => plane(id).index,
    list: () => writer.ask<PlaneId[]>({ ask: 'list' }),
    trees: () => writer.ask<TreeStanding[]>({ ask: 'trees' }),
    async close() {
      await Promise.all([...planes.values()].map(({ group }) => group.settled()))
      await indexes.close()
      await reader.close()
      await writer.ask({ ask: 'close' })
      await writer.end()
    },
  }
}

/** A database in memory belongs to one connection, so there the writer reads as well. */
const createReader = (folder: Folder, writer: Writer): { read: Read; close(): Promise<void> } => {
  if (folder === 'memory') return { read: (question) => writer.ask(question), async close() {} }
  let reader: AskWorker<LedgerReaderQuestion> | undefined
  return {
    read(question) {
      reader ??= startWorker('ledger reader', folder)
      return reader.ask(question)
    },
    async close() {
      if (reader === undefined) return
      await reader.ask({ ask: 'close' })
      await reader.end()
    },
  }
}

const groupOf = (
  plane: PlaneId,
  writer: Writer,
  {
    clock,
    log,
    deadlineMs,
    onCommit,
  }: { clock: Clock; log: Log; deadlineMs: number; onCommit?: OnCommit | undefined },
): GroupCommit =>
  createGroupCommit({
    plane,
    clock,
    deadlineMs,
    write: (rows) => {
      const question = appendQuestion(plane, rows)
      const transfer = question.payloads === undefined ? [] : [question.payloads.buffer]
      return writer.ask<GroupAnswer>(question, transfer as ArrayBuffer[])
    },
    probe: () => writer.ask<void>({ ask: 'probe', plane }),
    onChange: logWriting(log, plane),
    onCommit: (commit) => onCommit?.(plane, commit),
  })

/** Payloads travel as one buffer that is handed over: cloned one by one, each would take its pool along. */
const appendQuestion = (plane: PlaneId, rows: readonly EntryRow[]): AppendQuestion => {
  const flat: (string | number)[] = []
  let payloadBytes = 0
  for (const { type, at, call, body, payload } of rows) {
    flat.push(type, at, call, body, payload?.length ?? 0)
    payloadBytes += payload?.length ?? 0
  }
  const payloads = payloadBytes === 0 ? undefined : new Uint8Array(payloadBytes)
  let offset = 0
  for (const { payload } of rows) {
    if (payload === undefined) continue
    payloads?.set(payload, offset)
    offset += payload.length
  }
  return { ask: 'append', plane, rows: flat, payloads }
}

const ledgerFileOf = (
  plane: PlaneId,
  writer: Writer,
  readOnly: Read,
  group: GroupCommit,
): { file: LedgerFile; text: LedgerText } => {
  let standing: Promise<void> | undefined
  /** The reader cannot create the file: the writer has to have opened it once. */
  const stand = (): Promise<void> => {
    standing ??= writer.ask<void>({ ask: 'open', plane }).catch((error: unknown) => {
      standing = undefined
      throw error
    })
    return standing
  }
  const read: Read = async (question) => {
    await stand()
    return readOnly(question)
  }
  const size = () => read<number>({ ask: 'size', plane })

  const look = async (about: Look): Promise<StoredEntry[]> =>
    storedOf(await read<EntriesAnswer>({ ask: 'entries', plane, ...about }))

  const { read: readFrom, readBack, outcomes } = createSearch(size, look)
  const listOpen = () => writer.ask<number[]>({ ask: 'listOpen', plane })
  const text: LedgerText = {
    size,
    pruned: async () => (await read<Pruning>({ ask: 'pruning', plane })).to,
    entries: (from, to) =>
      read({ ask: 'entries', plane, from, to, ...everything, most: to - from + 1 }),
  }

  const file: LedgerFile = {
    append: group.append,
    get waiting() {
      return group.waiting
    },
    get failing() {
      return group.failing
    },
    read: readFrom,
    readBack,
    seek: (atMs) => read<number>({ ask: 'seek', plane, atMs }),
    size,
    /** An outcome stands soon after its intent: what is looked at begins there and ends where all are found. */
    async findOutcomes(intents) {
      const open = new Set(await listOpen())
      const ended = intents.filter(({ position }) => !open.has(position))
      const first = Math.min(...ended.map(({ position }) => position))
      if (ended.length === 0) return []
      return outcomes(
        first,
        ended.map(({ call }) => call),
      )
    },
    listOpen,
    async listOrphans() {
      const positions = await writer.ask<number[]>({ ask: 'listOrphans', plane })
      return storedOf(await read<EntriesAnswer>({ ask: 'positions', plane, positions }))
    },
    async at(positions) {
      if (positions.length === 0) return []
      return storedOf(await read<EntriesAnswer>({ ask: 'positions', plane, positions }))
    },
    findPayload: (position) => read<Uint8Array | undefined>({ ask: 'payload', plane, position }),
    listPayloads: (positions) => read<number[]>({ ask: 'payloads', plane, positions }),
    dropPayloads: (positions) => writer.ask<void>({ ask: 'drop', plane, positions }),
    pruning: () => read<Pruning>({ ask: 'pruning', plane }),
    prune: (about) => writer.ask<void>({ ask: 'prune', plane, ...about }),
    dropBodies: (most) => writer.ask<void>({ ask: 'dropBodies', plane, most }),
    tree: ledgerTreeOf(plane, read, (question) => writer.ask(question)),
  }
  return { file, text }
}

const everything = { back: false, types: undefined, ways: [], calls: undefined } as const

const storedOf = ({ positions, bodies }: EntriesAnswer): StoredEntry[] =>
  entriesOf(positions, bodies)
