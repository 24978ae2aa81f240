import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { EntryRow } from './store.ts'

/** One plane's group as an engine writes it: all of it durable, or none of it there. */
export type WriteGroup = (rows: readonly EntryRow[]) => Promise<GroupAnswer>
export interface GroupAnswer {
  /** Indexes, ascending, of rows left out because they would break the pairing of intent and outcome. */
  readonly leftOut: readonly number[]
}

/** One group, written or not; `rows` are those that stand. */
export interface Commit {
  readonly rows: number
  readonly ms: number
  readonly failed: boolean
}

/** Hears of each group of each plane. */
export type OnCommit = (plane: PlaneId, commit: Commit) => void

export interface GroupCommit {
  append(row: EntryRow): Promise<void>
  readonly waiting: number
  readonly failing: boolean
  /** Resolves when everything appended so far has been answered. */
  settled(): Promise<void>
}

interface Waiter {
  readonly row: EntryRow
  readonly sinceMs: number
  resolve(): void
  reject(reason: unknown): void
}

/** Bounds of one group, so that a flood in one plane holds up the others for milliseconds only. */
const groupRows = 512
const groupBytes = 4 * 1024 * 1024
/** More than can be written before the deadline is refused at once. */
const waitingRows = 65_536
const probeEveryMs = 1000

/**
 * Adaptive group commit of one plane: one group is under way at a time, and whatever arrives
 * meanwhile goes into the next. After a failure it says `failing` and tries again with the next
 * append, and by `probe` every second, until something has been written.
 */
export const createGroupCommit = ({
  plane,
  write,
  probe,
  clock,
  deadlineMs,
  onChange,
  onCommit = () => {},
}: {
  plane: string
  write: WriteGroup
  /** Writes something of no meaning; rejects as `write` would. */
  probe: () => Promise<void>
  clock: Clock
  deadlineMs: number
  /** Told when writing begins to fail, with the cause, and when it works again, without. */
  onChange: (cause: unknown) => void
  onCommit?: (commit: Commit) => void
}): GroupCommit => {
  let queue: Waiter[] = []
  let underWay: Waiter[] = []
  let busy = false
  let failing = false
  let scheduled = false
  let watching = false
  const idle: (() => void)[] = []

  const append = (row: EntryRow): Promise<void> =>
    new Promise((resolve, reject) => {
      if (queue.length >= waitingRows) {
        reject(
          new Fault('unrecordable', { detail: `${plane}: too many entries wait for the disk` }),
        )
        return
      }
      queue.push({ row, sinceMs: clock.elapsed(), resolve, reject })
      if (!busy && !scheduled) {
        // At the end of this turn of the event loop, so that what it brings shares one commit.
        scheduled = true
        setImmediate(send)
      }
      watch(deadlineMs)
    })

  const send = async (): Promise<void> => {
    scheduled = false
    while (!busy && queue.length > 0) {
      busy = true
      underWay = takeGroup(queue)
      queue = queue.slice(underWay.length)
      await commit(underWay)
      underWay = []
      busy = false
    }
    if (!busy && queue.length === 0) for (const done of idle.splice(0)) done()
  }

  const commit = async (group: readonly Waiter[]): Promise<void> => {
    const startedMs = clock.elapsed()
    const ms = () => clock.elapsed() - startedMs
    try {
      const answer = await write(group.map(({ row }) => row))
      onCommit({ rows: group.length - answer.leftOut.length, ms: ms(), failed: false })
      settle(group, answer)
      worksAgain()
    } catch (cause) {
      onCommit({ rows: 0, ms: ms(), failed: true })
      fails(cause)
      const fault = new Fault('unrecordable', {
        detail: `${plane}: the ledger's write failed`,
        cause,
      })
      for (const { reject } of group) reject(fault)
    }
  }

  /** Rejects what has waited too long, written or not; runs while anything waits. */
  const watch = (inMs: number): void => {
    if (watching) return
    watching = true
    clock.after(inMs, () => {
      watching = false
      const before = clock.elapsed() - deadlineMs
      const late = [...underWay, ...queue].filter(({ sinceMs }) => sinceMs <= before)
      queue = queue.filter(({ sinceMs }) => sinceMs > before)
      if (late.length > 0) {
        const cause = new Error(`not written within ${deadlineMs} ms`)
        fails(cause)
        const fault = new Fault('unrecordable', { detail: `${plane}: ${cause.message}`, cause })
        for (const { reject } of late) reject(fault)
      }
      const oldest = [...underWay, ...queue].find(({ sinceMs }) => sinceMs > before)
      if (oldest !== undefined) watch(Math.max(1, oldest.sinceMs - before))
    })
  }

  const fails = (cause: unknown): void => {
    if (failing) return
    failing = true
    onChange(cause)
    clock.after(probeEveryMs, tryAgain)
  }

  const worksAgain = (): void => {
    if (!failing) return
    failing = false
    onChange(undefined)
  }

  const tryAgain = async (): Promise<void> => {
    if (!failing) return
    if (!busy) {
      busy = true
      await probe().then(worksAgain, () => {})
      busy = false
      void send()
    }
    if (failing) clock.after(probeEveryMs, tryAgain)
  }

  return {
    append,
    get waiting() {
      return underWay.length + queue.length
    },
    get failing() {
      return failing
    },
    settled: () =>
      !busy && queue.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            idle.push(resolve)
          }),
  }
}

const takeGroup = (queue: readonly Waiter[]): Waiter[] => {
  let bytes = 0
  const end = queue.findIndex(({ row }, index) => {
    bytes += row.body.length + (row.payload?.length ?? 0)
    return index === groupRows || (index > 0 && bytes > groupBytes)
  })
  return queue.slice(0, end === -1 ? queue.length : end)
}

const settle = (group: readonly Waiter[], { leftOut }: GroupAnswer): void => {
  let skipped = 0
  for (const [index, { row, resolve, reject }] of group.entries()) {
    if (leftOut[skipped] === index) {
      skipped++
      reject(unpaired(row))
    } else {
      resolve()
    }
  }
}

const unpaired = ({ type, call }: EntryRow): Fault =>
  new Fault('internal', {
    detail:
      type === 'call.outcome'
        ? `an outcome without an open intent: ${call}`
        : `a second intent of one call: ${call}`,
  })

/** What the operator is told of it. */
export const logWriting =
  (log: Log, plane: string) =>
  (cause: unknown): void => {
    const problem = cause instanceof Error ? cause.message : 'unknown'
    if (cause === undefined) log.info('ledger.writing', { plane })
    else log.error('ledger.failing', { plane, problem })
  }
