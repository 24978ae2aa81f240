import type { Entry } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import { createGroupCommit, type GroupAnswer, type GroupCommit } from '../group.ts'
import type { EntryFilter, EntryRow, LedgerFile, StoredEntry } from '../store.ts'
import type { Folder } from './files.ts'
import type { EntriesAnswer, LedgerReadQuestion } from './ledger-read.ts'
import type { LedgerReaderQuestion } from './ledger-reader.ts'
import type { AppendQuestion, LedgerWriterQuestion } from './ledger-writer.ts'
import { type AskWorker, startWorker } from './worker.ts'

export interface Ledgers {
  plane(id: PlaneId): LedgerFile
  /** Planes that have a ledger. */
  list(): Promise<PlaneId[]>
  /** Waits for what is being written. */
  close(): Promise<void>
}

type Writer = AskWorker<LedgerWriterQuestion>
type Read = <Value>(question: LedgerReadQuestion) => Promise<Value>

/** One writer for all planes; one reader, started when something is first read. */
export const openSqliteLedgers = (options: {
  folder: Folder
  clock: Clock
  log: Log
  deadlineMs: number
}): Ledgers => {
  const { folder } = options
  const writer = startWorker<LedgerWriterQuestion>('ledger writer', folder)
  const reader = createReader(folder, writer)
  const planes = new Map<PlaneId, { file: LedgerFile; group: GroupCommit }>()
  return {
    plane(id) {
      const known = planes.get(id)
      if (known !== undefined) return known.file
      const group = groupOf(id, writer, options)
      const file = ledgerFileOf(id, writer, reader.read, group)
      planes.set(id, { file, group })
      return file
    },
    list: () => writer.ask<PlaneId[]>({ ask: 'list' }),
    async close() {
      await Promise.all([...planes.values()].map(({ group }) => group.settled()))
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
  { clock, log, deadlineMs }: { clock: Clock; log: Log; deadlineMs: number },
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
    onChange(cause) {
      if (cause === undefined) log.info('ledger.writing', { plane })
      else log.error('ledger.failing', { plane, problem: messageOf(cause) })
    },
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

/** A search looks at so many positions at a time, so that a long one does not hold up the others. */
const searchWindow = 50_000

const ledgerFileOf = (
  plane: PlaneId,
  writer: Writer,
  readOnly: Read,
  group: GroupCommit,
): LedgerFile => {
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

  const search = async (
    from: number,
    to: number,
    most: number,
    back: boolean,
    filter: EntryFilter,
  ): Promise<StoredEntry[]> => {
    const found: StoredEntry[] = []
    const window = isOpenFilter(filter) ? Number.MAX_SAFE_INTEGER : searchWindow
    for (const [low, high] of windows(from, to, window, back)) {
      const question = {
        ask: 'entries' as const,
        plane,
        from: low,
        to: high,
        most: most - found.length,
        back,
        types: filter.types,
        holding: holdingOf(filter),
      }
      found.push(...entriesOf(await read<EntriesAnswer>(question)))
      if (found.length >= most) break
    }
    return found
  }

  return {
    append: group.append,
    get waiting() {
      return group.waiting
    },
    get failing() {
      return group.failing
    },
    async read(from, most, filter = {}) {
      const end = await size()
      const to = Math.min(end, (filter.before ?? end + 1) - 1)
      return search(Math.max(1, from), to, most, false, filter)
    },
    async readBack(before, most, filter = {}) {
      const end = await size()
      return search(1, Math.min(end, (before ?? end + 1) - 1), most, true, filter)
    },
    seek: (atMs) => read<number>({ ask: 'seek', plane, atMs }),
    size,
    listOpen: () => writer.ask<number[]>({ ask: 'listOpen', plane }),
    async listOrphans() {
      const positions = await writer.ask<number[]>({ ask: 'listOpen', plane })
      return entriesOf(await read<EntriesAnswer>({ ask: 'positions', plane, positions }))
    },
    findPayload: (position) => read<Uint8Array | undefined>({ ask: 'payload', plane, position }),
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

const entriesOf = ({ positions, bodies }: EntriesAnswer): StoredEntry[] => {
  const entries = JSON.parse(`[${bodies}]`) as Entry[]
  return entries.map((entry, index) => ({ position: positions[index] ?? 0, entry }))
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'unknown')
