import type { CallId } from '#domain/name.ts'
import type { LedgerFile } from '#store/store.ts'
import { idOf, isOutcome, type StoredBegun, type StoredOutcome } from './record.ts'

/** The outcomes of the intents among these, by call. */
export const findOutcomes = async (
  file: LedgerFile,
  begun: readonly StoredBegun[],
): Promise<ReadonlyMap<CallId, StoredOutcome>> => {
  const intents = begun.filter(({ entry }) => entry.type === 'call.intent')
  if (intents.length === 0) return new Map()
  const wanted = intents.map(({ position, entry }) => ({ position, call: idOf(entry) }))
  const found = (await file.findOutcomes(wanted)).filter(isOutcome)
  return new Map(found.map((stored) => [stored.entry.call, stored]))
}
