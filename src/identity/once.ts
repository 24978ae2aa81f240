import { createHash } from 'node:crypto'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { TakenOnceRows } from '#store/store.ts'

/**
 * True for the first that takes `id`, over all processes of the store and through restarts; false for
 * everybody after it. `untilMs` is when whatever bears the id stops being good by itself, with every
 * allowance for clocks in it: from then on nobody has to remember it. Whoever asks has checked that
 * this end is near, and has verified the bearer: strangers must not be able to fill the store.
 * Rejects where the store cannot say, which has to refuse.
 */
export type TakeOnce = (
  plane: PlaneId,
  /** What bears the id, in a word of ours: one kind never takes another's. */
  kind: string,
  id: string,
  untilMs: number,
) => Promise<boolean>

/** Nothing that is good for one use is good for longer than this. */
const longestMs = 24 * 60 * 60_000
/** Of one statement, and of what may wait for the next one. */
const atOnce = 400
const mostWaiting = 10_000
const forgetEveryMs = 60_000

interface Taking {
  readonly digest: string
  readonly until: number
  resolve(isFirst: boolean): void
  reject(reason: unknown): void
}

/** One statement is under way at a time; what comes meanwhile shares the next one, and its commit. */
export const createOnce = ({
  rows,
  clock,
  log,
}: {
  rows: TakenOnceRows
  clock: Clock
  log: Log
}): { take: TakeOnce; close(): void } => {
  let waiting: Taking[] = []
  let isBusy = false
  let cancel: (() => void) | undefined

  const send = async (): Promise<void> => {
    if (isBusy) return
    isBusy = true
    while (waiting.length > 0) {
      const group = waiting.slice(0, atOnce)
      waiting = waiting.slice(atOnce)
      await takeGroup(rows, group)
    }
    isBusy = false
  }

  const forget = (): void => {
    cancel = undefined
    rows.forget().catch(() => log.warn('identity.once_kept', {}))
  }

  return {
    take(plane, kind, id, untilMs) {
      if (untilMs - clock.now() > longestMs) throw new Error('nothing is taken for so long')
      if (waiting.length >= mostWaiting) {
        return Promise.reject(new Fault('flood', { detail: 'too many proofs wait for the store' }))
      }
      cancel ??= clock.after(forgetEveryMs, forget)
      return new Promise((resolve, reject) => {
        waiting.push({ digest: digestOf(plane, kind, id), until: untilMs, resolve, reject })
        void send()
      })
    },
    close: () => cancel?.(),
  }
}

const takeGroup = async (rows: TakenOnceRows, group: readonly Taking[]): Promise<void> => {
  try {
    const first = new Set(await rows.take(group.map(({ digest, until }) => ({ digest, until }))))
    // Of two in one group the earlier has it.
    for (const { digest, resolve } of group) resolve(first.delete(digest))
  } catch (error) {
    for (const { reject } of group) reject(error)
  }
}

/** However long a stranger makes an id, all rows are of one length. No plane or kind holds the separator. */
const digestOf = (plane: PlaneId, kind: string, id: string): string =>
  createHash('sha256').update(`${plane}\0${kind}\0${id}`).digest('base64url')
