import type { Gap, Intent, Outcome } from '#domain/entry.ts'
import type { CallId, PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { LedgerFile } from '#store/store.ts'
import { bodyOf } from './body.ts'

/**
 * What a start does first with a plane's ledger: intents that a crash left without an outcome are
 * concluded as `unknown`, each exactly once, and `ledger.open` says how many they were; behind it
 * `ledger.gap` says since when nothing was recorded, where nobody closed the ledger. Resolves with
 * their number; a start that crashes half way through goes on where it stopped.
 */
export const recover = async ({
  plane,
  file,
  clock,
  version,
  isAlone,
}: {
  plane: PlaneId
  file: LedgerFile
  clock: Clock
  version: string
  /** Whether no other process writes to it. */
  isAlone: () => Promise<boolean>
}): Promise<number> => {
  const [last] = await file.readBack(undefined, 1)
  const isUnclean = last !== undefined && last.entry.type !== 'ledger.close' && (await isAlone())
  const orphans = await concludeOrphans({ plane, file, clock })
  const at = clock.now()
  const type = 'ledger.open'
  await file.append({
    type,
    at,
    call: '',
    body: bodyOf({ type, v: 1, at, plane, version, orphans }),
  })
  if (isUnclean) {
    const gap = gapSince(plane, last.entry.at, at)
    await file.append({ type: gap.type, at, call: '', body: bodyOf(gap) })
  }
  return orphans
}

/** Nobody closed the ledger: from its last entry to this start nothing was recorded, and nothing let through. */
const gapSince = (plane: PlaneId, since: number, at: number): Gap => ({
  v: 1,
  type: 'ledger.gap',
  at,
  plane,
  problem: 'the process ended without ledger.close',
  from: Math.min(since, at),
  to: at,
  refused: 0,
})

/**
 * Concludes as `unknown` every intent whose writer is dead, and resolves with how many. Any number
 * of processes may do so at once, and a writer that was merely paused may come back meanwhile: the
 * ledger takes one outcome for an intent, and refuses the others.
 */
export const concludeOrphans = async ({
  plane,
  file,
  clock,
}: {
  plane: PlaneId
  file: LedgerFile
  clock: Clock
}): Promise<number> => {
  const orphans = await file.listOrphans()
  const at = clock.now()
  const concluded = await Promise.all(
    orphans.map(async ({ entry }) => {
      const { call } = entry as Intent
      const outcome = unknownOutcome(plane, call, at)
      try {
        await file.append({ type: outcome.type, at, call, body: bodyOf(outcome) })
        return true
      } catch (error) {
        if (asFault(error).code === 'internal') return false
        throw error
      }
    }),
  )
  return concluded.filter((mine) => mine).length
}

const unknownOutcome = (plane: PlaneId, call: CallId, at: number): Outcome => ({
  type: 'call.outcome',
  v: 1,
  at,
  plane,
  call,
  status: 'unknown',
  code: '',
  ms: 0,
  resultBytes: 0,
})

const chunk = 5000

/**
 * Hands over every intent of `sinceMs` or later that stands when it is called, oldest first; an
 * order by time is not promised. Reads in chunks, so that other work goes on between them.
 */
export const scanIntents = async (
  file: LedgerFile,
  sinceMs: number,
  visit: (intent: Intent) => void,
): Promise<void> => {
  let from = await file.seek(sinceMs)
  for (;;) {
    const found = await file.read(from, chunk, { types: ['call.intent'] })
    for (const { entry } of found) {
      if (entry.type === 'call.intent' && entry.at >= sinceMs) visit(entry)
    }
    const last = found.at(-1)
    if (last === undefined || found.length < chunk) return
    from = last.position + 1
  }
}
