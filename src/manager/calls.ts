import type { PlanePolicy } from '#change/change.ts'
import type { CapabilityKind } from '#domain/capability.ts'
import type { Entry } from '#domain/entry.ts'
import { callId, clientId, type PlaneId } from '#domain/name.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import type { FoundCall } from '#ledger/query.ts'
import { Fault } from '#lib/fault.ts'
import { explain } from '#policy/explain.ts'
import type { Explanation } from '#policy/policy.ts'
import { everything, type Sight } from './asking.ts'
import { choosePlanes, type Desk, findPlane } from './desk.ts'
import { givenOf } from './given.ts'
import { hideRules, hideRulesOfCall, hideRulesOfEntry } from './hidden-rules.ts'

/** How far back is looked for a call whose id was not given whole. */
const reach = 1000

export interface WhyAnswer {
  readonly plane: string
  readonly record: CallRecord
  readonly entries: readonly { position: number; entry: Entry }[]
  /** What the same call would meet now; policy may have changed since. */
  readonly now: Explanation | undefined
  /** What it met by the policy of its own time, where that was asked for. */
  readonly atItsTime: ThenAnswer | undefined
}
/** What servers offer is what they offer now, nothing is suspended, and a token has what grants imply. */
export interface ThenAnswer extends Explanation {
  readonly revision: number
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
  for (const plane of planes) {
    const at = await calls.prunedAt(plane, callId(input.call))
    if (at !== undefined) throw prunedCall(plane, input.call, at)
  }
  const { plane, call } = await findByPrefix(desk, planes, input.call)
  const found = await calls.find(plane, callId(call))
  if (!found) throw unknownCall(input.call)
  return { plane, ...found }
}

export const why = async (
  desk: Desk,
  input: { plane?: string | undefined; call: string; atItsTime?: boolean | undefined },
  sight: Sight = everything,
): Promise<WhyAnswer> => {
  const { plane, record, entries } = await findCall(desk, input)
  const { policy } = findPlane(desk.installation.change.current(), plane)
  if (!sight.call(policy, record))
    throw new Fault('not_permitted', { detail: 'This call is about items of others.' })
  const tryAgain = await again(desk, { id: plane, policy }, record, sight)
  const now = await tryAgain?.({ at: desk.clock.now() })
  const revision = input.atItsTime ? revisionOf(entries) : undefined
  const then = revision === undefined ? undefined : await tryAgain?.({ at: record.at, revision })
  const atItsTime = then && revision !== undefined ? { ...then, revision } : undefined
  const answer = { plane, record, entries, now, atItsTime }
  return sight.names(policy, 'rules.read') ? answer : withoutRules(answer)
}

/** The call as it was made, by the policy that is named; undefined for a count of many. */
const again = async (
  { installation }: Desk,
  here: { readonly id: PlaneId; readonly policy: PlanePolicy },
  record: CallRecord,
  sight: Sight,
) => {
  if (record.name === '') return undefined
  const given = await givenOf(installation, here, record, sight)
  const tried = {
    client: clientId(record.agent, record.consumer),
    user: record.user,
    server: record.server,
    kind: record.kind as CapabilityKind,
    name: record.name,
    args: 'args' in given ? given.args : undefined,
  }
  return async (by: { readonly at: number; readonly revision?: number }): Promise<Explanation> => {
    const { revision } = by
    const proposal = await installation.trials.propose(here.id, { revision })
    const told = explain(proposal, { ...tried, now: by.at })
    const isUnknown = 'unknown' in given && told.decision === 'depends'
    return isUnknown ? { ...told, because: `${told.because}, ${given.unknown}` } : told
  }
}

/** That decided it. */
const revisionOf = (entries: WhyAnswer['entries']): number | undefined =>
  entries.flatMap(({ entry }) => ('revision' in entry ? [entry.revision] : []))[0]

const withoutRules = (answer: WhyAnswer): WhyAnswer => ({
  ...answer,
  record: hideRulesOfCall(answer.record),
  entries: answer.entries.map(({ position, entry }) => ({
    position,
    entry: hideRulesOfEntry(entry),
  })),
  now: answer.now && hideRules(answer.now),
  atItsTime: answer.atItsTime && hideRules(answer.atItsTime),
})

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

/** Whether there was one of that id, nobody can say any more. */
const prunedCall = (plane: PlaneId, call: string, at: number): Fault =>
  new Fault('unknown_name', {
    detail: `The entries of ${plane} from the time of the call "${call}" were pruned on ${new Date(at).toISOString().slice(0, 10)}.`,
  })

const unknownCall = (call: string): Fault =>
  new Fault('unknown_name', {
    detail: `There is no call "${call}" in the ledger.`,
    fix: 'bailiwick calls',
  })
