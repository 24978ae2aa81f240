import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type {
  AgentDocument,
  ApiDocument,
  GrantDocument,
  ServerDocument,
} from '#domain/documents.ts'
import { type ClientId, type PlaneId, splitClientId } from '#domain/name.ts'
import { suspensionKey } from '#domain/suspension.ts'
import { type SortedMap, sortedMap } from '#lib/sorted-map.ts'
import { type Cores, createCores } from './core.ts'
import { type CompiledQuota, compileQuota } from './grant.ts'
import { type Groups, groupHolder, holderOf } from './holders.ts'
import type { CallerView, Who } from './policy.ts'
import { type CompiledRule, compileRule } from './rule.ts'
import { createServed, type Served } from './served.ts'
import { createShelf } from './shelf.ts'
import { createView, type Stopped } from './view.ts'

/** What one plane permits at one revision. Immutable; a change makes a new one. */
export interface PlaneSnapshot {
  readonly revision: number
  /**
   * Undefined where the policy knows no such agent acting for such a consumer. `claims` are in the
   * place of its own, to try what it might do with them.
   */
  caller(who: Who, claims?: AgentDocument['claims']): CallerView | undefined
}

/**
 * A plane compiled: everything that a change does not touch is shared with the one after it. What a
 * single caller may do is worked out when that caller first asks, from its own grants and its groups'
 * alone, and kept: so ten grants or a hundred thousand cost a call the same.
 */
export interface Compiled {
  readonly plane: PlaneId
  readonly policy: PlanePolicy
  readonly revision: number
  readonly timeZone: string
  /** Servers and APIs: their names are one name space. */
  readonly items: ReadonlyMap<string, Served>
  /** By whom they are for; in order of name, so that every process names the same of two that permit. */
  readonly grants: SortedMap<readonly GrantDocument[]>
  readonly groups: Groups
  readonly quotas: SortedMap<CompiledQuota>
  readonly rules: SortedMap<CompiledRule>
  readonly cores: Cores
}

/** Grants and reaches of one plane's callers that are kept worked out: some 300 MB, where all are in use. */
const mostKept = 500_000

/** Work is proportional to the documents. */
export const compilePlane = (about: {
  plane: PlaneId
  policy: PlanePolicy
  capabilities: readonly Capability[]
  revision: number
}): Compiled => {
  const { plane, policy, revision } = about
  const timeZone = timeZoneOf(policy)
  const quotas = mapped(policy.quotas, (one) => compileQuota(one, timeZone))
  const rules = mapped(policy.rules, (one) => compileRule(one, timeZone))
  const over = {
    quotas: [...quotas.values()],
    rules: [...rules.values()],
    suspensions: policy.suspensions,
    over: policy.plane.require,
  }
  const offered = Map.groupBy(about.capabilities, (one): string => one.server)
  const items = new Map(
    itemDocuments(policy).map((document): [string, Served] => {
      const shelf = createShelf(offered.get(document.name) ?? [])
      return [document.name, createServed({ document, shelf, ...over })]
    }),
  )
  const grants = sortedMap(Map.groupBy(policy.grants.values(), holderOf))
  const groups = groupsOf(policy)
  const cores = createCores(plane, mostKept)
  return { plane, policy, revision, timeZone, items, grants, groups, quotas, rules, cores }
}

const mapped = <D, V>(documents: SortedMap<D>, compile: (document: D) => V): SortedMap<V> =>
  sortedMap([...documents].map(([name, one]): [string, V] => [name, compile(one)]))

const itemDocuments = ({ servers, apis }: PlanePolicy): (ServerDocument | ApiDocument)[] => [
  ...servers.values(),
  ...apis.values(),
]

export const itemDocument = (
  { servers, apis }: PlanePolicy,
  name: string,
): ServerDocument | ApiDocument | undefined => servers.get(name) ?? apis.get(name)

const groupsOf = ({ agentGroups }: PlanePolicy): Groups => {
  const groups = new Map<string, string[]>()
  for (const { name, agents } of agentGroups.values())
    for (const agent of agents) {
      const known = groups.get(agent)
      if (known) known.push(name)
      else groups.set(agent, [name])
    }
  return sortedMap(groups)
}

export const timeZoneOf = (policy: PlanePolicy): string => policy.plane.timeZone ?? 'UTC'

const none: readonly string[] = []

export const snapshotOf = (compiled: Compiled): PlaneSnapshot => {
  const { plane, policy, revision, timeZone, items, cores } = compiled
  return {
    revision,
    caller(who, claims) {
      const { client, user } = who
      const name = splitClientId(client)
      const found = name && policy.agents.get(name.agent)
      const agent = found && claims ? { ...found, claims } : found
      const consumer = name && policy.consumers.get(name.consumer)
      if (!agent || !consumer || !agent.consumers.includes(consumer.name)) return undefined
      const groups = compiled.groups.get(agent.name) ?? none
      const documents = grantsOf(compiled, client, consumer.name, groups)
      const core = cores.of({ client, agent: agent.name, documents, timeZone })
      const stopped = stoppedBy(policy, { agent: agent.name, consumer: consumer.name, user })
      const known = {
        plane,
        who,
        agent,
        consumer,
        groups,
        revision,
        core,
        documents,
        items,
        stopped,
      }
      return createView(known)
    },
  }
}

/** Of the client itself and of each of its groups: lists that stay the same for as long as nothing of them changes. */
const grantsOf = (
  { grants }: Compiled,
  client: ClientId,
  consumer: string,
  groups: readonly string[],
): (readonly GrantDocument[])[] =>
  [client, ...groups.map((group) => groupHolder(group, consumer))].flatMap((holder) => {
    const list = grants.get(holder)
    return list ? [list] : []
  })

/** The widest suspension that this caller is under, whatever it calls. */
export const stoppedBy = (
  { suspensions, plane, agents, consumers }: PlanePolicy,
  { agent, consumer, user }: { agent: string; consumer: string; user: string | undefined },
): Stopped | undefined => {
  if (suspensions.size === 0) return undefined
  const candidates = [
    { key: suspensionKey('plane', plane.name), owner: plane.owner },
    { key: suspensionKey('consumer', consumer), owner: consumers.get(consumer)?.owner },
    { key: suspensionKey('agent', agent), owner: agents.get(agent)?.owner },
    // A user stands in no document, and so has no owner but the plane's.
    ...(user === undefined ? [] : [{ key: suspensionKey('user', user), owner: plane.owner }]),
  ]
  for (const { key, owner } of candidates) {
    const suspension = suspensions.get(key)
    if (suspension) return { suspension, owner }
  }
  return undefined
}
