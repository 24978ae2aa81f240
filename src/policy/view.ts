import { type Capability, type CapabilityKind, capabilityKinds } from '#domain/capability.ts'
import type { Refusal, UnknownBecause } from '#domain/decision.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Suspension } from '#domain/suspension.ts'
import type { Core } from './core.ts'
import type { CompiledGrant } from './grant.ts'
import type { CallerView, Decision } from './policy.ts'
import type { Served } from './served.ts'

/** The caller's own suspension, or that of what it acts for or stands in. */
export interface Stopped {
  readonly suspension: Suspension
  readonly owner: string | undefined
}

/** The evaluator: what one caller may do at one revision. */
export const createView = (about: {
  plane: PlaneId
  client: ClientId
  agent: string
  consumer: string
  user: string | undefined
  revision: number
  core: Core
  servers: ReadonlyMap<string, Served>
  stopped: Stopped | undefined
}): CallerView => {
  const { plane, client, agent, consumer, user, revision, core, servers, stopped } = about

  const judge = (served: Served, capability: Capability, now: number): Decision => {
    const { grants, quotas, suspension } = core.reach(served, capability)
    const live = grants.find((grant) => now < grant.endsAt)
    if (!live) return unknown(whyNot(capability, grants))
    if (capability.state === 'absent') return unknown('no such capability')
    if (suspension) return suspended(suspension, served.owner)
    if (capability.state === 'held')
      return refused({ reason: 'held', station: 'permit', because: 'definition changed' })
    return { permitted: true, capability, permission: { grant: live.name }, quotas }
  }

  const decide = (server: string, kind: CapabilityKind, name: string, now: number): Decision => {
    if (stopped) return suspended(stopped.suspension, stopped.owner)
    const served = servers.get(server)
    const capability = served?.shelf.find(kind, name)
    if (served && capability) return judge(served, capability, now)
    return unknown(served ? 'no such capability' : 'no such server')
  }

  const decideResource = (server: string, uri: string, now: number): Decision => {
    const exact = decide(server, 'resource', uri, now)
    const served = servers.get(server)
    if (stopped || !served || served.shelf.find('resource', uri)) return exact
    // Every template that fits is asked: one may be granted where another is not. But where one of
    // them is suspended for this caller, another must not lead around it.
    const decisions = served.shelf.fitting(uri).map((one) => judge(served, one, now))
    return (
      decisions.find((one) => !one.permitted && one.refusal.reason === 'suspended') ??
      decisions.find((one) => one.permitted) ??
      decisions[0] ??
      exact
    )
  }

  const mayReach = (server: string): boolean =>
    core.grants.some((one) => !one.servers || one.servers.has(server))

  const isListed = (served: Served, capability: Capability, now: number): boolean => {
    if (capability.state !== 'pinned') return false
    const { grants, suspension } = core.reach(served, capability)
    return !suspension && grants.some((grant) => now < grant.endsAt)
  }
  const list = (server: string, kind: CapabilityKind, now: number): Capability[] => {
    const served = servers.get(server)
    if (stopped || !served || !mayReach(server)) return []
    return served.shelf.list(kind).filter((one) => isListed(served, one, now))
  }

  // Of many servers, and of all that is under way when something changes: nothing is kept for it.
  const isReached = ({ labels }: Served, capability: Capability, now: number): boolean =>
    capability.state !== 'absent' &&
    core.grants.some((grant) => now < grant.endsAt && grant.selects(capability, labels))
  const sees = (server: string, now: number): boolean => {
    const served = servers.get(server)
    if (!served || !mayReach(server)) return false
    return capabilityKinds.some((kind) =>
      served.shelf.list(kind).some((one) => isReached(served, one, now)),
    )
  }

  return {
    plane,
    client,
    agent,
    consumer,
    user,
    revision,
    decide,
    decideResource,
    list,
    sees,
    suspension: (server) =>
      stopped?.suspension ?? (server === undefined ? undefined : servers.get(server)?.suspension),
    endsAfter: core.endsAfter,
    servers: (now) => [...servers.keys()].filter((server) => sees(server, now)).sort(),
  }
}

const refused = (refusal: Refusal): Decision => ({ permitted: false, refusal })

const unknown = (because: UnknownBecause): Decision =>
  refused({ reason: 'unknown', station: 'permit', because })

const suspended = (suspension: Suspension, owner: string | undefined): Decision =>
  refused({ reason: 'suspended', station: 'permit', suspension, owner })

const whyNot = (capability: Capability, ended: readonly CompiledGrant[]): UnknownBecause => {
  if (!capability.classification) return 'unclassified'
  return ended.length > 0 ? 'grant ended' : 'no grant'
}
