import type { LedgerFile } from '#store/store.ts'
import type { CallRecord } from './ledger.ts'
import { begins, hasBegun, recordOf } from './record.ts'

export interface Scanned {
  /** Entries that were looked at. */
  readonly looked: number
  /** Of the oldest that was looked at, UTC milliseconds; undefined where there was none. */
  readonly oldest: number | undefined
  /** False where there are more of that time than `most`: the oldest were left out. */
  readonly isWhole: boolean
}

const atOnce = 250

/** Shows what calls began with since an instant, the newest first, one after the other; outcomes are not looked for. */
export const scanCalls = async (
  file: LedgerFile,
  { since, most }: { readonly since: number; readonly most: number },
  visit: (record: CallRecord) => Promise<void>,
): Promise<Scanned> => {
  const from = await file.seek(since)
  let before: number | undefined
  let oldest: number | undefined
  for (let looked = 0; ; ) {
    const stored = await file.readBack(before, atOnce, { types: begins, from })
    for (const one of stored.filter(hasBegun)) {
      // What bears an earlier time though it stands later: the machine's clock was set back.
      if (one.entry.at < since) continue
      if (looked === most) return { looked, oldest, isWhole: false }
      looked++
      oldest = one.entry.at
      await visit(recordOf(one, undefined))
    }
    const last = stored.at(-1)
    if (last === undefined || stored.length < atOnce) return { looked, oldest, isWhole: true }
    before = last.position
  }
}
