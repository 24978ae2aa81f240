import type { CallId } from '#domain/name.ts'
import type { LedgerFile } from '#store/store.ts'
import { idOf, isOutcome, type StoredBegun, type StoredOutcome } from './record.ts'

/**
 * The outcomes of the intents among these, by call. An outcome stands soon after its intent: what is
 * looked at begins at the first intent and ends where all are found. Calls under way are not looked for.
 */
export const findOutcomes = async (
  file: LedgerFile,
  begun: readonly StoredBegun[],
): Promise<ReadonlyMap<CallId, StoredOutcome>> => {
  const intents = begun.filter(({ entry }) => entry.type === 'call.intent')
  if (intents.length === 0) return new Map()
  const open = new Set(await file.listOpen())
  const wanted = intents.filter(({ position }) => !open.has(position))
  const [first] = wanted.map(({ position }) => position).sort((a, b) => a - b)
  if (first === undefined) return new Map()
  const calls = wanted.map(({ entry }) => idOf(entry))
  const found = await file.read(first, calls.length, { types: ['call.outcome'], calls })
  return new Map(found.filter(isOutcome).map((stored) => [stored.entry.call, stored]))
}
