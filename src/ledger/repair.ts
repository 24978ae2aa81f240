import type { Intent, Outcome } from '#domain/entry.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault } from '#lib/fault.ts'
import type { LedgerFile } from '#store/store.ts'

/** Outcomes of calls whose entries may or may not stand, because the disk failed or was late. */
export interface Repair {
  /** Nothing was forwarded; if the intent comes to stand after all, it says so. */
  intentInDoubt(intent: Intent): void
  /** The caller was told that nothing is confirmed; the outcome follows, with that as its code. */
  outcomeInDoubt(outcome: Outcome): void
  flush(): Promise<void>
}

const everyMs = 1000
/** Beyond it the next start closes them as unknown. */
const most = 10_000

/**
 * Concludes what was left in doubt as soon as the ledger can be written again. The ledger refuses
 * an outcome that has no open intent, so nothing is concluded twice, and nothing that never stood.
 */
export const createRepair = ({
  file,
  clock,
  write,
}: {
  file: LedgerFile
  clock: Clock
  write: (outcome: Outcome) => Promise<unknown>
}): Repair => {
  let doubtful: Outcome[] = []
  let armed = false

  const keep = (outcome: Outcome): void => {
    if (doubtful.length < most) doubtful.push(outcome)
    arm()
  }

  const flush = async (): Promise<void> => {
    const due = doubtful
    doubtful = []
    const at = clock.now()
    await Promise.all(
      due.map(async (outcome) => {
        try {
          await write({ ...outcome, at })
        } catch (error) {
          // Any other fault means that it is concluded already, or never stood.
          if (asFault(error).code === 'unrecordable') keep(outcome)
        }
      }),
    )
  }

  const arm = (): void => {
    if (armed) return
    armed = true
    clock.after(everyMs, () => {
      armed = false
      if (file.failing || file.waiting > 0) arm()
      else void flush()
    })
  }

  return {
    intentInDoubt: ({ v, plane, at, call }) =>
      keep({
        type: 'call.outcome',
        v,
        plane,
        at,
        call,
        status: 'failed',
        code: 'unrecordable',
        ms: 0,
        resultBytes: 0,
      }),
    outcomeInDoubt: (outcome) => keep({ ...outcome, code: 'unconfirmed' }),
    flush,
  }
}
