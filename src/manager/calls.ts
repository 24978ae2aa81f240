import type { CapabilityKind } from '#domain/capability.ts'
import type { Entry } from '#domain/entry.ts'
import { callId, clientId, type PlaneId } from '#domain/name.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import type { FoundCall } from '#ledger/query.ts'
import { Fault } from '#lib/fault.ts'
import type { Explanation } from '#policy/policy.ts'
import { choosePlanes, type Desk, findClient, findPlane } from './desk.ts'

/** How far back is looked for a call whose id was not given whole. */
const reach = 1000

export interface WhyAnswer {
  readonly plane: string
  readonly record: CallRecord
  readonly entries: readonly { position: number; entry: Entry }[]
  /** What the same call would meet now; policy may have changed since. */
  readonly now: Explanation | undefined
}

/** A call by its id, or by the beginning of it. */
export const findCall = async (
  desk: Desk,
  input: { plane?: string | undefined; call: string },
): Promise<FoundCall & { readonly plane: PlaneId }> => {
  const { calls, change } = desk.installation
  const planes = choosePlanes(change.current(), input.plane)
  for (const plane of planes) {
    const found = await calls.find(plane, callId(input.call))
    if (found) return { plane, ...found }
  }
  const { plane, call } = await findByPrefix(desk, planes, input.call)
  const found = await calls.find(plane, callId(call))
  if (!found) throw unknownCall(input.call)
  return { plane, ...found }
}

export const why = async (
  desk: Desk,
  input: { plane?: string | undefined; call: string },
): Promise<WhyAnswer> => {
  const found = await findCall(desk, input)
  return { ...found, now: explainNow(desk, found.plane, found.record) }
}

const findByPrefix = async (
  desk: Desk,
  planes: readonly PlaneId[],
  prefix: string,
): Promise<{ plane: PlaneId; call: string }> => {
  const matches: { plane: PlaneId; call: string }[] = []
  if (prefix.length < 8) throw unknownCall(prefix)
  for (const plane of planes)
    for (const { call } of await desk.installation.calls.list({ plane, most: reach }))
      if (call.startsWith(prefix)) matches.push({ plane, call })
  const [first, second] = matches
  if (!first) throw unknownCall(prefix)
  if (second)
    throw new Fault('usage', {
      detail: `${matches.length} calls begin with ${prefix}: ${first.call}, ${second.call}${matches.length > 2 ? ' …' : ''}`,
    })
  return first
}

const unknownCall = (call: string): Fault =>
  new Fault('unknown_name', {
    detail: `There is no call "${call}" in the ledger.`,
    fix: 'bailiwick calls',
  })

const explainNow = (desk: Desk, plane: PlaneId, record: CallRecord): Explanation | undefined => {
  if (record.name === '') return undefined
  return desk.installation.explain({
    plane,
    client: clientId(record.agent, record.consumer),
    user: record.user,
    server: record.server,
    kind: record.kind as CapabilityKind,
    name: record.name,
  })
}

export interface CanAnswer extends Explanation {
  readonly plane: string
  readonly client: string
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
}

export const can = (
  desk: Desk,
  input: {
    plane?: string | undefined
    client: string
    server: string
    kind: CapabilityKind
    name: string
  },
): CanAnswer => {
  const { change, explain } = desk.installation
  const { id, policy } = findPlane(change.current(), input.plane)
  const client = findClient(policy, input.client)
  const { server, kind, name } = input
  return {
    plane: id,
    client,
    server,
    kind,
    name,
    ...explain({ plane: id, client, server, kind, name }),
  }
}
