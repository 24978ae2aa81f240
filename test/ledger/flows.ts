import type { Entry } from '#domain/entry.ts'
import { clientId, type PlaneId } from '#domain/name.ts'
import { bodyOf } from '#ledger/body.ts'
import type { Store } from '#store/store.ts'
import { callAt, intentOf, outcomeOf, refusedOf } from '../store/entries.ts'

/** A carrier's flows: so many agents, each with its consumer, on the tools of eight servers. */
export const flows = 230
const toolsOf = 40
export const beganAt = Date.UTC(2026, 9, 21)
export const lastsMs = 30 * 86_400_000

export interface Flow {
  readonly agent: string
  readonly consumer: string
  readonly capability: string
  readonly at: number
  readonly result: string
}

/** The nth of so many calls, spread evenly over thirty days; the same one each time. */
export const flowAt = (n: number, calls: number): Flow => {
  const draw = (salt: number) =>
    ((n * 2_654_435_761 + salt * 40_503) % 4_294_967_296) / 4_294_967_296
  const tool = Math.floor(draw(1) ** 3 * toolsOf)
  // Every flow uses a few tools: who used one is a part of them all.
  const flow = (Math.floor(draw(2) * 24) * toolsOf + tool * 7) % flows
  return {
    agent: `flow-${flow}`,
    consumer: `line-${flow % 12}`,
    capability: `server-${tool % 8}/tool_${tool}`,
    at: beganAt + Math.floor((n / calls) * lastsMs),
    result: n % 17 === 0 ? 'denied' : n % 11 === 0 ? 'tool error' : 'complete',
  }
}

const entriesOf = (
  n: number,
  { agent, consumer, capability, at, result }: Flow,
  plane: PlaneId,
): Entry[] => {
  const [server = '', name = ''] = capability.split('/')
  const call = callAt(n, at)
  const about = { plane, at, agent, consumer, client: clientId(agent, consumer), server, name }
  if (result === 'denied') return [refusedOf(call, about)]
  const run = `run-${agent}-${Math.floor(at / 3_600_000)}`
  const status = result === 'complete' ? 'complete' : 'tool error'
  return [
    intentOf(call, { ...about, class: 'read', run }),
    outcomeOf(call, { plane, at: at + 5, status }),
  ]
}

/** Records so many calls, and has the index take them. */
export const recordFlows = async (store: Store, plane: PlaneId, calls: number): Promise<void> => {
  const { ledger, calls: index } = store.plane(plane)
  const some = 2000
  for (let first = 0; first < calls; first += some) {
    const entries = Array.from({ length: Math.min(some, calls - first) }, (_, n) =>
      entriesOf(first + n, flowAt(first + n, calls), plane),
    ).flat()
    await Promise.all(
      entries.map((entry) =>
        ledger.append({
          type: entry.type,
          at: entry.at,
          call: 'call' in entry ? entry.call : '',
          body: bodyOf(entry),
        }),
      ),
    )
    // Whoever asks sees positions given.
    await ledger.size()
    for (;;) {
      const stepped = await index.step(5000)
      if (stepped && stepped.cursor >= stepped.size) break
    }
  }
}
