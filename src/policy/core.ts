import type { Capability } from '#domain/capability.ts'
import type { GrantDocument } from '#domain/documents.ts'
import { type ClientId, type PlaneId, quotaKey } from '#domain/name.ts'
import type { Suspension } from '#domain/suspension.ts'
import { type CompiledGrant, compileGrant, type QuotaBound } from './grant.ts'
import type { QuotaRule } from './policy.ts'
import { createScopes, type Scopes } from './scopes.ts'
import type { Served } from './served.ts'

/** A capability as one caller meets it: the grants that reach it, the quotas that count it, what stops it. */
export interface Reach {
  /** Those without a quota of their own first; each in order of name. */
  readonly grants: readonly CompiledGrant[]
  readonly quotas: readonly QuotaRule[]
  readonly suspension: Suspension | undefined
}

/** What one client's grants come to; made when the client first asks, and kept from revision to revision. */
export interface Core {
  /** Its own and those of its agent's groups, in order of name. */
  readonly grants: readonly CompiledGrant[]
  /** The count of a grant's own quota, where it has one. */
  quotaOf(grant: CompiledGrant): QuotaRule | undefined
  readonly scopes: Scopes
  /** As `CallerView.endsAfter`. */
  endsAfter(now: number): number
  reach(served: Served, capability: Capability): Reach
}

/** What the documents say of one client, at one revision. */
export interface ClientGrants {
  readonly client: ClientId
  readonly agent: string
  /** Of the client itself, and of each of its agent's groups. */
  readonly documents: readonly (readonly GrantDocument[])[]
  readonly timeZone: string
}

export interface Cores {
  /** The one that was kept, where it was made of exactly these documents; else a new one. */
  of(about: ClientGrants): Core
}

/**
 * Keeps at most `most` grants and reaches of all clients together. Who came first is given up first:
 * what it lost is worked out again, in microseconds, when it asks next.
 */
export const createCores = (plane: PlaneId, most: number): Cores => {
  const kept = new Map<ClientId, { about: ClientGrants; core: Core; size: number }>()
  let size = 0

  const grow = (client: ClientId, core: Core): void => {
    const entry = kept.get(client)
    if (entry?.core !== core) return
    entry.size++
    size++
    while (size > most && kept.size > 1) giveUp(kept.keys().next().value as ClientId)
  }
  const giveUp = (client: ClientId): void => {
    size -= kept.get(client)?.size ?? 0
    kept.delete(client)
  }

  return {
    of(about) {
      const { client } = about
      const known = kept.get(client)
      if (known && isSame(known.about, about)) return known.core
      giveUp(client)
      const core = createCore(plane, about, () => grow(client, core))
      kept.set(client, { about, core, size: core.grants.length })
      size += core.grants.length
      grow(client, core)
      return core
    },
  }
}

const isSame = (a: ClientGrants, b: ClientGrants): boolean =>
  a.timeZone === b.timeZone &&
  a.documents.length === b.documents.length &&
  a.documents.every((list, at) => list === b.documents[at])

const createCore = (
  plane: PlaneId,
  { agent, documents, timeZone }: ClientGrants,
  grow: () => void,
): Core => {
  const grants = inOrder(documents).map((document) => compileGrant(document, timeZone))
  const countOf = ({ name, ...bound }: QuotaBound): QuotaRule => ({
    name,
    ...bound,
    key: quotaKey(plane, name, agent),
  })
  const quotas = new Map(
    grants.flatMap((grant) => (grant.quota ? [[grant, countOf(grant.quota)]] : [])),
  )
  const endsAfter = createEnds(grants)
  const reaches = new Map<string, { served: Served; of: Map<Capability, Reach> }>()

  const work = (served: Served, capability: Capability): Reach => ({
    grants: freestFirst(grants.filter((grant) => grant.selects(capability, served.labels))),
    quotas: served
      .quotasOf(capability)
      .map(({ selects: _, items: _items, ...bound }) => countOf(bound)),
    suspension: served.suspensionOf(capability),
  })

  return {
    grants,
    quotaOf: (grant) => quotas.get(grant),
    scopes: createScopes(grants, endsAfter),
    endsAfter,
    reach(served, capability) {
      let here = reaches.get(served.name)
      if (here?.served !== served) {
        here = { served, of: new Map() }
        reaches.set(served.name, here)
      }
      let found = here.of.get(capability)
      if (!found) {
        found = work(served, capability)
        here.of.set(capability, found)
        grow()
      }
      return found
    },
  }
}

/** One list as it stands, in order already; several as one. */
const inOrder = (lists: readonly (readonly GrantDocument[])[]): readonly GrantDocument[] =>
  lists.length === 1 ? (lists[0] ?? []) : lists.flat().sort((a, b) => (a.name < b.name ? -1 : 1))

/** So that a grant with a quota, whatever its name, never stands before one that has none. */
const freestFirst = (grants: readonly CompiledGrant[]): readonly CompiledGrant[] => [
  ...grants.filter(({ quota }) => !quota),
  ...grants.filter(({ quota }) => quota),
]

/** By halving: a caller may have thousands of grants, and each of its calls asks. */
const createEnds = (grants: readonly CompiledGrant[]): Core['endsAfter'] => {
  const ends = [...new Set(grants.map(({ endsAt }) => endsAt))].sort((a, b) => a - b)
  return (now) => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((ends[middle] ?? 0) > now) high = middle
      else low = middle + 1
    }
    return ends[low] ?? Number.POSITIVE_INFINITY
  }
}
