import type { PlaneId } from '#domain/name.ts'
import { readAsk } from '#ledger/ask.ts'
import { type Calls, searchIndexed } from '#ledger/indexed-search.ts'
import { facetsOf, histogramOf } from '#ledger/overview.ts'
import type { CallIndex } from '#store/call-index/call-index.ts'

/** What the console's Ledger counts without being asked for more; what it calls failed; rows of its first page. */
export const usualFacets = [
  ...(['capability', 'result', 'agent', 'consumer', 'station'] as const),
  ...(['server', 'class', 'reason', 'grant'] as const),
]
export const failing = ['failed', 'tool error', 'protocol error', 'cancelled']
export const pageRows = 100

export interface ScreenCost {
  /** Rows of the index that were read for facets, bars and the first page. */
  readonly read: number
  /** Entries of the ledger. */
  readonly entries: number
  readonly calls: number
}

/** What it costs to open the screen. */
export const screenCost = async (
  at: Calls,
  plane: PlaneId,
  { since, until }: { readonly since: number; readonly until: number },
): Promise<ScreenCost> => {
  const { calls, cost } = counting(at)
  const between = { since: new Date(since).toISOString(), until: new Date(until).toISOString() }
  const sought = (more: object = {}) => ({
    ...{ plane, filter: readAsk({ ...between, ...more }, 0) },
    sees: () => true,
    takes: () => false,
  })
  const facets = await facetsOf(calls, sought(), { fields: usualFacets, most: 100 })
  for (const asked of [sought(), sought({ result: failing })])
    await histogramOf(calls, asked, 6 * 3_600_000)
  await searchIndexed(calls, { ...sought(), most: pageRows })
  return { ...cost(), calls: facets.total }
}

const counting = (at: Calls) => {
  let [read, entries] = [0, 0]
  const look: CallIndex['look'] = async (question) => {
    const looked = await at.index.look(question)
    read += looked?.read ?? 0
    return looked
  }
  const counted =
    <A extends unknown[], E>(ask: (...asked: A) => Promise<E[]>) =>
    async (...asked: A): Promise<E[]> => {
      const found = await ask(...asked)
      entries += found.length
      return found
    }
  const file = {
    ...at.file,
    at: counted(at.file.at),
    read: counted(at.file.read),
    readBack: counted(at.file.readBack),
  }
  const calls: Calls = { ...at, file, index: { ...at.index, look } }
  return { calls, cost: () => ({ read, entries }) }
}
