import type { PlanePolicy } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { UnknownBecause } from '#domain/decision.ts'
import type { GrantDocument } from '#domain/documents.ts'
import { type ClientId, type PlaneId, quotaKey, splitClientId } from '#domain/name.ts'
import { endOf } from '#domain/time.ts'
import { matchTemplate } from '#mcp/template.ts'
import type { CallerView, Decision, QuotaRule } from './policy.ts'
import { compileSelectors, serversOf } from './select.ts'

/** What one plane permits at one revision. Immutable; a change makes a new one. */
export interface PlaneSnapshot {
  readonly revision: number
  /** Undefined where the policy knows no such agent acting for such a consumer. */
  caller(client: ClientId): CallerView | undefined
}

interface CompiledGrant {
  readonly name: string
  readonly endsAt: number
  readonly servers: ReadonlySet<string> | undefined
  readonly selects: ReturnType<typeof compileSelectors>
}
interface CompiledQuota extends Omit<QuotaRule, 'key'> {
  readonly selects: ReturnType<typeof compileSelectors>
}
type Shelf = Readonly<Record<CapabilityKind, ReadonlyMap<string, Capability>>>

/**
 * Compiles a plane. Work is proportional to the documents; what a single caller may do is worked out
 * when that caller first asks, from its own grants alone, and kept: so ten grants or a hundred
 * thousand cost a call the same.
 */
export const compilePlane = (about: {
  plane: PlaneId
  policy: PlanePolicy
  capabilities: readonly Capability[]
  revision: number
}): PlaneSnapshot => {
  const { plane, policy, revision } = about
  const timeZone = policy.plane.timeZone ?? 'UTC'
  const shelves = shelve(about.capabilities)
  const labelsOf = (server: string) => policy.servers.get(server)?.labels ?? []
  const grants = groupGrants(policy, timeZone)
  const quotas: CompiledQuota[] = [...policy.quotas.values()].map((quota) => ({
    name: quota.name,
    second: quota.allow.second,
    minute: quota.allow.minute,
    day: quota.allow.day,
    timeZone,
    selects: compileSelectors(quota.over),
  }))
  const views = new Map<ClientId, CallerView>()
  return {
    revision,
    caller(client) {
      const known = views.get(client)
      if (known) return known
      const name = splitClientId(client)
      if (!name || !policy.agents.get(name.agent)?.consumers.includes(name.consumer))
        return undefined
      if (!policy.consumers.has(name.consumer)) return undefined
      const view = createView({
        ...name,
        plane,
        client,
        revision,
        shelves,
        labelsOf,
        quotas,
        grants: grants.get(client) ?? [],
        hasServer: (server) => policy.servers.has(server),
      })
      views.set(client, view)
      return view
    },
  }
}

const shelve = (capabilities: readonly Capability[]): ReadonlyMap<string, Shelf> => {
  const shelves = new Map<string, Record<CapabilityKind, Map<string, Capability>>>()
  for (const one of capabilities) {
    let shelf = shelves.get(one.server)
    if (!shelf) {
      shelf = { tool: new Map(), prompt: new Map(), resource: new Map(), template: new Map() }
      shelves.set(one.server, shelf)
    }
    shelf[one.kind].set(one.name, one)
  }
  return shelves
}

const groupGrants = (policy: PlanePolicy, timeZone: string): Map<string, CompiledGrant[]> => {
  const groups = new Map<string, CompiledGrant[]>()
  for (const grant of policy.grants.values()) {
    const client = `${grant.agent}@${grant.consumer}`
    const group = groups.get(client)
    const compiled = compileGrant(grant, timeZone)
    if (group) group.push(compiled)
    else groups.set(client, [compiled])
  }
  return groups
}

export const compileGrant = (grant: GrantDocument, timeZone: string): CompiledGrant => ({
  name: grant.name,
  endsAt: grant.until === undefined ? Number.POSITIVE_INFINITY : endOf(grant.until, timeZone),
  servers: serversOf(grant.allow),
  selects: compileSelectors(grant.allow),
})

/** A capability as one caller meets it: the grants that reach it, and the quotas that count it. */
interface Reach {
  readonly capability: Capability
  readonly grants: readonly CompiledGrant[]
  readonly quotas: readonly QuotaRule[]
}

const createView = (about: {
  plane: PlaneId
  client: ClientId
  agent: string
  consumer: string
  revision: number
  shelves: ReadonlyMap<string, Shelf>
  labelsOf(server: string): readonly string[]
  hasServer(server: string): boolean
  grants: readonly CompiledGrant[]
  quotas: readonly CompiledQuota[]
}): CallerView => {
  const { plane, client, agent, consumer, revision, shelves, labelsOf, grants } = about
  const reaches = new Map<Capability, Reach>()

  const reach = (capability: Capability): Reach => {
    let found = reaches.get(capability)
    if (!found) {
      const labels = labelsOf(capability.server)
      const selecting = <T extends { selects: CompiledGrant['selects'] }>(all: readonly T[]) =>
        all.filter((one) => one.selects(capability, labels))
      found = {
        capability,
        grants: selecting(grants),
        quotas: selecting(about.quotas).map(({ selects: _, ...quota }) => ({
          ...quota,
          key: quotaKey(plane, quota.name, agent),
        })),
      }
      reaches.set(capability, found)
    }
    return found
  }

  const unknown = (because: UnknownBecause): Decision => ({
    permitted: false,
    refusal: { reason: 'unknown', station: 'permit', because },
  })

  const judge = (capability: Capability, now: number): Decision => {
    const { grants, quotas } = reach(capability)
    const live = grants.find((grant) => now < grant.endsAt)
    if (!live) return unknown(whyNot(capability, grants))
    if (capability.state === 'absent') return unknown('no such capability')
    if (capability.state === 'held')
      return {
        permitted: false,
        refusal: { reason: 'held', station: 'permit', because: 'definition changed' },
      }
    return { permitted: true, capability, permission: { grant: live.name }, quotas }
  }

  const decide = (server: string, kind: CapabilityKind, name: string, now: number): Decision => {
    const capability = shelves.get(server)?.[kind].get(name)
    if (capability) return judge(capability, now)
    return unknown(about.hasServer(server) ? 'no such capability' : 'no such server')
  }

  const visible = (capability: Capability, now: number): boolean =>
    capability.state === 'pinned' && reach(capability).grants.some((grant) => now < grant.endsAt)

  const mayReach = (server: string) => grants.some((one) => !one.servers || one.servers.has(server))

  const list = (server: string, kind: CapabilityKind, now: number): Capability[] => {
    const shelf = shelves.get(server)?.[kind]
    if (!shelf || !mayReach(server)) return []
    return [...shelf.values()].filter((one) => visible(one, now)).sort(byName)
  }

  const sees = (server: string, now: number): boolean => {
    const shelf = shelves.get(server)
    if (!shelf || !mayReach(server)) return false
    return Object.values(shelf).some((kind) =>
      [...kind.values()].some(
        (one) => one.state !== 'absent' && reach(one).grants.some((grant) => now < grant.endsAt),
      ),
    )
  }

  return {
    plane,
    client,
    agent,
    consumer,
    revision,
    decide,
    list,
    sees,
    decideResource(server, uri, now) {
      const exact = shelves.get(server)?.resource.get(uri)
      if (exact) return judge(exact, now)
      const fitting = [...(shelves.get(server)?.template.values() ?? [])].filter((one) =>
        matchTemplate(one.name, uri),
      )
      // Every template that fits is asked: one may be granted where another is not.
      const decisions = fitting.sort(byName).map((one) => judge(one, now))
      return (
        decisions.find((one) => one.permitted) ??
        decisions[0] ??
        decide(server, 'resource', uri, now)
      )
    },
    servers: (now) => [...shelves.keys()].filter((server) => sees(server, now)).sort(),
  }
}

const whyNot = (capability: Capability, ended: readonly CompiledGrant[]): UnknownBecause => {
  if (!capability.classification) return 'unclassified'
  return ended.length > 0 ? 'grant ended' : 'no grant'
}

const byName = (a: Capability, b: Capability): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0
