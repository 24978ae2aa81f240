import assert from 'node:assert/strict'
import type { PlaneId } from '#domain/name.ts'
import { readAsk } from '#ledger/ask.ts'
import { ask, type Calls } from '#ledger/indexed-search.ts'
import { facetsOf } from '#ledger/overview.ts'
import type { CallsSought } from '#ledger/search.ts'
import { createKnown } from '#ledger/selection.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { beganAt, flowAt, lastsMs, recordFlows } from '../ledger/flows.ts'
import { createTestClock } from '../store/clock.ts'

export const busy = 'server-0/tool_0'
const minute = 60_000

/** Windows with ragged edges: nearly all thirty days, a day and a half, forty minutes. */
export const windows = [
  { since: beganAt + 17 * minute + 3, until: beganAt + lastsMs - 41 * minute - 7 },
  { since: beganAt + 30 * 3_600_000 + 11, until: beganAt + 66 * 3_600_000 + 23 },
  { since: beganAt + 500 * minute + 1, until: beganAt + 540 * minute + 1 },
] as const
type Window = (typeof windows)[number]

const soughtOf = (plane: PlaneId, { since, until }: Window, capability: string): CallsSought => ({
  plane,
  filter: readAsk(
    {
      capability: [capability],
      since: new Date(since).toISOString(),
      until: new Date(until).toISOString(),
    },
    0,
  ),
  sees: () => true,
  takes: () => false,
})

export const openLedger = async (
  plane: PlaneId,
  calls: number,
  where: { folder: string; url?: string } = { folder: 'memory' },
): Promise<{ store: Store; at: Calls }> => {
  const clock = createTestClock()
  const store = await openStore({ ...where, appendDeadlineMs: 60_000, clock, log: silentLog })
  await recordFlows(store, plane, calls)
  const { ledger: file, calls: index } = store.plane(plane)
  return { store, at: { file, index, known: createKnown() } }
}

/** Who used it, when first and when last, as the index says and as a look at every flow says. */
export const holdsExactly = async (
  at: Calls,
  plane: PlaneId,
  { calls, window, capability }: { calls: number; window: Window; capability: string },
): Promise<void> => {
  const naive = new Map<string, { count: number; first: number; last: number }>()
  for (let n = 0; n < calls; n++) {
    const flow = flowAt(n, calls)
    if (flow.capability !== capability || flow.at < window.since || flow.at >= window.until)
      continue
    const known = naive.get(flow.agent) ?? { count: 0, first: flow.at, last: flow.at }
    naive.set(flow.agent, { count: known.count + 1, first: known.first, last: flow.at })
  }
  const about = { fields: ['agent'], most: 1000 } as const
  const told = await facetsOf(at, soughtOf(plane, window, capability), about)
  const said = told.facets[0]?.values.map(({ value, ...rest }) => [value, rest] as const)
  assert.deepEqual(new Map(said), naive)
  assert.equal(
    told.total,
    [...naive.values()].reduce((sum, { count }) => sum + count, 0),
  )
}

/** Rows of the index that were read to say who used it, and how many calls it is about. */
export const cost = async (
  at: Calls,
  plane: PlaneId,
  window: Window,
  capability: string,
): Promise<{ read: number; calls: number; series: number }> => {
  const asked = await ask(at, soughtOf(plane, window, capability), () => ({ ask: 'tally' }))
  assert(asked)
  const { read, tally } = asked.looked
  return { read, calls: tally.reduce((sum, { count }) => sum + count, 0), series: tally.length }
}
