import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { GrantDocument } from '#domain/documents.ts'
import { type ClientId, clientId, type PlaneId, splitClientId } from '#domain/name.ts'
import { suspensionKey } from '#domain/suspension.ts'
import { type SortedMap, sortedMap } from '#lib/sorted-map.ts'
import { type Cores, createCores } from './core.ts'
import { type CompiledQuota, compileQuota } from './grant.ts'
import type { CallerView } from './policy.ts'
import { createServed, type Served } from './served.ts'
import { createShelf } from './shelf.ts'
import { createView, type Stopped } from './view.ts'

/** What one plane permits at one revision. Immutable; a change makes a new one. */
export interface PlaneSnapshot {
  readonly revision: number
  /**
   * Undefined where the policy knows no such agent acting for such a consumer. `user` is on whose
   * behalf it calls, undefined for nobody's: it has to be said, so that no suspension is overlooked.
   */
  caller(client: ClientId, user: string | undefined): CallerView | undefined
}

/**
 * A plane compiled: everything that a change does not touch is shared with the one after it. What a
 * single caller may do is worked out when that caller first asks, from its own grants alone, and
 * kept: so ten grants or a hundred thousand cost a call the same.
 */
export interface Compiled {
  readonly plane: PlaneId
  readonly policy: PlanePolicy
  readonly revision: number
  readonly timeZone: string
  readonly servers: ReadonlyMap<string, Served>
  /** In order of name, so that every process names the same of two that permit. */
  readonly grants: SortedMap<readonly GrantDocument[]>
  readonly quotas: SortedMap<CompiledQuota>
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
  const quotas = sortedMap(
    [...policy.quotas].map(([name, one]): [string, CompiledQuota] => [
      name,
      compileQuota(one, timeZone),
    ]),
  )
  const offered = Map.groupBy(about.capabilities, (one): string => one.server)
  const { suspensions } = policy
  const servers = new Map(
    [...policy.servers].map(([name, document]): [string, Served] => [
      name,
      createServed({
        document,
        shelf: createShelf(offered.get(name) ?? []),
        quotas: [...quotas.values()],
        suspensions,
      }),
    ]),
  )
  const grants = sortedMap(Map.groupBy(policy.grants.values(), clientOf))
  const cores = createCores(plane, mostKept)
  return { plane, policy, revision, timeZone, servers, grants, quotas, cores }
}

export const timeZoneOf = (policy: PlanePolicy): string => policy.plane.timeZone ?? 'UTC'

export const clientOf = (grant: GrantDocument): ClientId =>
  clientId(grant.agent ?? '', grant.consumer)

const none: readonly GrantDocument[] = []

export const snapshotOf = (compiled: Compiled): PlaneSnapshot => {
  const { plane, policy, revision, timeZone, servers } = compiled
  return {
    revision,
    caller(client, user) {
      const name = splitClientId(client)
      if (!name || !policy.agents.get(name.agent)?.consumers.includes(name.consumer))
        return undefined
      if (!policy.consumers.has(name.consumer)) return undefined
      const documents = compiled.grants.get(client) ?? none
      const core = compiled.cores.of({ client, agent: name.agent, documents, timeZone })
      const stopped = stoppedBy(policy, { ...name, user })
      return createView({ ...name, plane, client, user, revision, core, servers, stopped })
    },
  }
}

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
