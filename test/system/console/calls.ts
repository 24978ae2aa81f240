import { callId, clientId, planeId } from '#domain/name.ts'
import { createIds } from '#lib/id.ts'
import type { ConsoleWorld } from './world.ts'

/** A call as a test says it; everything else is the same of all. */
export interface Made {
  readonly at: number
  readonly agent?: string
  readonly server?: string
  readonly name?: string
  readonly class?: 'read' | 'write' | 'destructive'
  readonly trace?: string
  /** The one that permitted it. */
  readonly grant?: string
  readonly plane?: string
  readonly became?: 'complete' | 'failed' | 'unknown' | 'denied' | 'limited' | 'under way'
}

/** Writes calls into the ledger as the gateway does, at times of the past; answers their ids. */
export const makeCalls = async (world: ConsoleWorld, all: readonly Made[]): Promise<string[]> => {
  let now = 0
  let drawn = 0
  const random = (bytes: number): Buffer => {
    const some = Buffer.alloc(bytes)
    for (let at = 0; at + 5 <= bytes; at += 5) some.writeUIntBE(++drawn, at, 5)
    return some
  }
  const nextId = createIds({ clock: { now: () => now } as never, random })
  const ids: string[] = []
  for (let at = 0; at < all.length; at += 200)
    await Promise.all(
      all.slice(at, at + 200).map((one) => {
        now = one.at
        const id = callId(`cal_${nextId()}`)
        ids.push(id)
        return write(world, id, one)
      }),
    )
  return ids
}

const write = async (world: ConsoleWorld, call: ReturnType<typeof callId>, made: Made) => {
  const { at, agent = 'planner', became = 'complete', server = 'bank', trace } = made
  const plane = planeId(made.plane ?? 'ops')
  const ledger = world.started.installation.ledger.plane(plane)
  const consumer = 'workplace-ai'
  const about = {
    ...({ v: 1, at, plane, call, agent, consumer, client: clientId(agent, consumer) } as const),
    ...({
      method: 'tools/call',
      server,
      kind: 'tool',
      name: made.name ?? 'accounts_list',
    } as const),
    ...({ class: made.class ?? 'read', revision: 1, argumentBytes: 2 } as const),
    ...(trace !== undefined && { trace }),
  }
  if (became === 'denied' || became === 'limited') {
    const because = became === 'denied' ? 'no grant' : 'quota per-minute, 60 per minute'
    const why = became === 'denied' ? { station: 'permit', reason: 'unknown' } : limited
    return ledger.append({ ...about, type: 'call.refused', ...why, because })
  }
  const capability = world.started.installation.registry
    .capabilities(plane)
    .find((one) => one.server === server && one.name === about.name)
  const definition = capability?.fingerprint ?? '0'.repeat(64)
  const granted = { definition, grant: made.grant ?? 'planner-reads', quotas: [], credential: '' }
  await ledger.intend({ ...about, type: 'call.intent', ...granted, era: 'modern' })
  if (became === 'under way') return
  const code = became === 'failed' ? 'upstream_unreachable' : ''
  const ended = { v: 1, type: 'call.outcome', at: at + 20, plane, call } as const
  await ledger.conclude({ ...ended, status: became, code, ms: 20, resultBytes: 64 })
}
const limited = { station: 'limit', reason: 'limited' }
