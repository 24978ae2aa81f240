import { createBreather } from '#change/breather.ts'
import type { Finding } from '#ledger/verify/findings.ts'
import { type StoredLedger, type StoredVerdict, verifyStored } from '#ledger/verify/stored.ts'
import type { Clock } from '#lib/clock.ts'
import { type Desk, findPlane } from './desk.ts'
import { ledgerCheckpoints, ledgerEntries, ledgerStanding, ledgerTiles } from './evidence.ts'

export interface Verdict {
  readonly plane: string
  readonly origin: string
  readonly ok: boolean
  /** Looked at, and of how many. */
  readonly entries: number
  readonly ofEntries: number
  readonly checkpoints: number
  readonly ofCheckpoints: number
  /** Written a moment ago, and in no checkpoint yet. */
  readonly waiting: number
  /** When the first and the last checkpoint were signed, UTC milliseconds. */
  readonly firstAt: number | undefined
  readonly lastAt: number | undefined
  /** The first of them; `count` says how many there are. */
  readonly failures: readonly Finding[]
  readonly count: number
}

/** How far it is; the last line is the verdict. */
export type VerifyLine =
  | { readonly done: number; readonly of: number }
  | { readonly verdict: Verdict }

const everyMs = 250

/**
 * What `bailiwick verify` does, by the process that serves: every entry, checkpoint and tile of a plane's
 * ledger. It shares the thread with calls and lets them go first. Whoever goes away ends it. That we
 * say so of ourselves is no evidence: that is what an export is for.
 */
export async function* verifyHere(
  desk: Desk,
  input: { readonly plane: string },
): AsyncGenerator<VerifyLine> {
  const { installation, clock, by } = desk
  const { id } = findPlane(installation.change.current(), input.plane)
  const leave = installation.verified.begin(id)
  const stopped = new AbortController()
  try {
    const stored = await storedHere(desk, id, stopped.signal)
    let line = { done: 0, of: stored.size }
    const verifying = verifyStored(stored, {
      progress: (done, of) => {
        line = { done, of }
      },
    })
    // Nobody waits for it any more once its reader has gone.
    verifying.catch(() => undefined)
    for (;;) {
      const judged = await Promise.race([verifying, pause(clock)])
      if (judged === undefined) yield line
      else {
        const verdict = verdictOf(stored, judged)
        await installation.verified.keep(id, { at: clock.now(), by, ...found(verdict) })
        return yield { verdict }
      }
    }
  } finally {
    stopped.abort()
    leave()
  }
}

const pause = (clock: Clock): Promise<undefined> =>
  new Promise((resolve) => clock.after(everyMs, () => resolve(undefined)))

const storedHere = async (
  desk: Desk,
  plane: string,
  signal: AbortSignal,
): Promise<StoredLedger> => {
  const { generation, ...standing } = await ledgerStanding(desk, { plane })
  const breathe = createBreather(desk.clock)
  return {
    ...standing,
    async part(from, most) {
      signal.throwIfAborted()
      await breathe()
      const { leaves, ...part } = await ledgerEntries(desk, { plane, from, most })
      return { ...part, leaves: Buffer.from(leaves, 'base64') }
    },
    async notes(from, most) {
      return (await ledgerCheckpoints(desk, { plane, generation, from, most })).notes
    },
    async tiles(places) {
      const { tiles } = await ledgerTiles(desk, { plane, generation, places })
      return tiles.map((tile) => (tile === null ? undefined : Buffer.from(tile, 'base64')))
    },
    breathe,
  }
}

const found = (verdict: Verdict) => {
  const { entries, ofEntries, checkpoints, ofCheckpoints, firstAt, lastAt, count } = verdict
  const [first] = verdict.failures
  const problem = first && `${first.where}: ${first.says}`
  return { entries, ofEntries, checkpoints, ofCheckpoints, firstAt, lastAt, count, problem }
}

const verdictOf = (
  stored: StoredLedger,
  { findings, ledger, waiting }: StoredVerdict,
): Verdict => ({
  plane: stored.plane,
  origin: stored.origin,
  ok: findings.count === 0,
  entries: ledger?.entries ?? 0,
  ofEntries: stored.size,
  checkpoints: ledger?.checkpoints ?? 0,
  ofCheckpoints: stored.checkpoints,
  waiting,
  firstAt: ledger?.first && ledger.first.seconds * 1000,
  lastAt: ledger?.last && ledger.last.seconds * 1000,
  failures: findings.list,
  count: findings.count,
})
