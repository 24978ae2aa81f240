import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { GrantDocument, Kind } from '#domain/documents.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import { suspendedServer } from '#domain/suspension.ts'
import { type Compiled, clientOf, compilePlane, timeZoneOf } from './compile.ts'
import { type CompiledQuota, compileQuota } from './grant.ts'
import { createServed, type Served } from './served.ts'
import { createShelf } from './shelf.ts'

/**
 * What a revision put, changed or removed: a document or a suspension by kind and name, or what a
 * server was found to offer, by the server's name. What is of no bearing here may be among it.
 */
export interface Moved {
  readonly plane: PlaneId
  readonly topic: 'document' | 'suspension' | 'capability' | 'secret' | 'client secret'
  readonly kind: string
  readonly name: string
}

/**
 * The plane as `compilePlane` would make it of these documents, from what stands: work is proportional
 * to what moved and to what depends on it. What is not named in `moved` must not have changed.
 */
export const patchPlane = (
  before: Compiled,
  about: {
    policy: PlanePolicy
    revision: number
    moved: readonly Moved[]
    /** Of the plane, or of one server. */
    capabilities(server?: string): readonly Capability[]
  },
): Compiled => {
  const { policy, revision, moved, capabilities } = about
  const timeZone = timeZoneOf(policy)
  // The end of a day is another instant now, in every grant and every quota.
  if (timeZone !== before.timeZone)
    return compilePlane({ plane: before.plane, policy, capabilities: capabilities(), revision })
  const names = (kind: Kind) =>
    moved.filter((one) => one.topic === 'document' && one.kind === kind).map(({ name }) => name)
  const quotas = patchQuotas(before, policy, names('Quota'))
  const found = moved.filter(({ topic }) => topic === 'capability').map(({ name }) => name)
  // A server's document classifies what it offers.
  const offering = new Set([...found, ...names('Server')])
  const touched = touchedServers(before, quotas, moved)
  return {
    ...before,
    policy,
    revision,
    grants: patchGrants(before, policy, names('Grant')),
    quotas,
    servers: patchServers(before, { policy, quotas, touched, offering, capabilities }),
  }
}

/** Each client whose grants moved gets a list anew; the others keep theirs, and what was worked out of it. */
const patchGrants = (
  { grants, policy: { grants: stood } }: Compiled,
  { grants: standing }: PlanePolicy,
  names: readonly string[],
): Compiled['grants'] => {
  if (names.length === 0) return grants
  const lists = new Map<ClientId, Map<string, GrantDocument>>()
  const listOf = (client: ClientId) => {
    let list = lists.get(client)
    if (!list) {
      list = new Map((grants.get(client) ?? []).map((one) => [one.name, one]))
      lists.set(client, list)
    }
    return list
  }
  for (const name of names) {
    const old = stood.get(name)
    if (old) listOf(clientOf(old)).delete(name)
    const now = standing.get(name)
    if (now) listOf(clientOf(now)).set(name, now)
  }
  return grants.with(
    [...lists].map(([client, list]) => [
      client,
      list.size === 0 ? undefined : [...list.values()].sort(byName),
    ]),
  )
}

const byName = (a: GrantDocument, b: GrantDocument): number => (a.name < b.name ? -1 : 1)

const patchQuotas = (
  { quotas, timeZone }: Compiled,
  policy: PlanePolicy,
  names: readonly string[],
): Compiled['quotas'] => {
  if (names.length === 0) return quotas
  return quotas.with(
    names.map((name): [string, CompiledQuota | undefined] => {
      const quota = policy.quotas.get(name)
      return [name, quota && compileQuota(quota, timeZone)]
    }),
  )
}

/** The servers that a quota, a suspension, a document or a discovery is about. */
const touchedServers = (
  before: Compiled,
  quotas: Compiled['quotas'],
  moved: readonly Moved[],
): ReadonlySet<string> => {
  const touched = new Set<string>()
  for (const { topic, kind, name } of moved) {
    const server = topic === 'suspension' ? suspendedServer(kind, name) : undefined
    if (server !== undefined) touched.add(server)
    if (topic === 'capability' || (topic === 'document' && kind === 'Server')) touched.add(name)
    if (topic !== 'document' || kind !== 'Quota') continue
    for (const quota of [before.quotas.get(name), quotas.get(name)])
      if (quota) for (const one of quota.servers ?? before.servers.keys()) touched.add(one)
  }
  return touched
}

const patchServers = (
  { servers }: Compiled,
  about: {
    policy: PlanePolicy
    quotas: Compiled['quotas']
    touched: ReadonlySet<string>
    offering: ReadonlySet<string>
    capabilities(server: string): readonly Capability[]
  },
): ReadonlyMap<string, Served> => {
  const { policy, touched, offering, capabilities } = about
  if (touched.size === 0) return servers
  const quotas = [...about.quotas.values()]
  const { suspensions } = policy
  const patched = new Map(servers)
  for (const name of touched) {
    const document = policy.servers.get(name)
    const known = servers.get(name)
    const shelf = known && !offering.has(name) ? known.shelf : createShelf(capabilities(name))
    if (document) patched.set(name, createServed({ document, shelf, quotas, suspensions }))
    else patched.delete(name)
  }
  return patched
}
