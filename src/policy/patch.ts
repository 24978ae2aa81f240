import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { GrantDocument, Kind } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { suspendedServer } from '#domain/suspension.ts'
import type { SortedMap } from '#lib/sorted-map.ts'
import { type Compiled, compilePlane, itemDocument, timeZoneOf } from './compile.ts'
import { compileQuota } from './grant.ts'
import { holderOf, patchGroups } from './holders.ts'
import { compileRule } from './rule.ts'
import { createServed, type Served } from './served.ts'
import { createShelf } from './shelf.ts'

/**
 * What a revision put, changed or removed: a document or a suspension by kind and name, or what a
 * server was found to offer, by the server's name. What is of no bearing here may be among it.
 */
export interface Moved {
  readonly plane: PlaneId
  readonly topic:
    | 'document'
    | 'suspension'
    | 'capability'
    | 'secret'
    | 'client secret'
    | 'api key'
    | 'payload key'
    | 'signing key'
    | 'revocation'
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
  // The end of a day is another instant now, in every grant and every quota; what the plane demands is
  // over every item.
  if (timeZone !== before.timeZone || !demandsAsBefore(before.policy, policy))
    return compilePlane({ plane: before.plane, policy, capabilities: capabilities(), revision })
  const names = (kind: Kind) =>
    moved.filter((one) => one.topic === 'document' && one.kind === kind).map(({ name }) => name)
  const quotas = patched(before.quotas, names('Quota'), (name) => {
    const quota = policy.quotas.get(name)
    return quota && compileQuota(quota, timeZone)
  })
  const rules = patched(before.rules, names('Rule'), (name) => {
    const rule = policy.rules.get(name)
    return rule && compileRule(rule, timeZone)
  })
  const found = moved.filter(({ topic }) => topic === 'capability').map(({ name }) => name)
  // An item's document classifies what it offers.
  const offering = new Set([...found, ...names('Server'), ...names('API')])
  const touched = touchedItems(before, { quotas, rules }, moved)
  return {
    ...before,
    policy,
    revision,
    grants: patchGrants(before, policy, names('Grant')),
    groups: names('AgentGroup').reduce(
      (groups, name) =>
        patchGroups(groups, before.policy.agentGroups.get(name), policy.agentGroups.get(name)),
      before.groups,
    ),
    quotas,
    rules,
    items: patchItems(before, { policy, quotas, rules, touched, offering, capabilities }),
  }
}

const demandsAsBefore = (one: PlanePolicy, other: PlanePolicy): boolean =>
  JSON.stringify(one.plane.require) === JSON.stringify(other.plane.require)

/** What is over capabilities, with those compiled anew that moved. */
const patched = <V>(
  before: SortedMap<V>,
  names: readonly string[],
  compile: (name: string) => V | undefined,
): SortedMap<V> =>
  names.length === 0
    ? before
    : before.with(names.map((name): [string, V | undefined] => [name, compile(name)]))

/** Each holder whose grants moved gets a list anew; the others keep theirs, and what was worked out of it. */
const patchGrants = (
  { grants, policy: { grants: stood } }: Compiled,
  { grants: standing }: PlanePolicy,
  names: readonly string[],
): Compiled['grants'] => {
  if (names.length === 0) return grants
  const lists = new Map<string, Map<string, GrantDocument>>()
  const listOf = (holder: string) => {
    let list = lists.get(holder)
    if (!list) {
      list = new Map((grants.get(holder) ?? []).map((one) => [one.name, one]))
      lists.set(holder, list)
    }
    return list
  }
  for (const name of names) {
    const old = stood.get(name)
    if (old) listOf(holderOf(old)).delete(name)
    const now = standing.get(name)
    if (now) listOf(holderOf(now)).set(name, now)
  }
  return grants.with(
    [...lists].map(([holder, list]) => [
      holder,
      list.size === 0 ? undefined : [...list.values()].sort(byName),
    ]),
  )
}

const byName = (a: GrantDocument, b: GrantDocument): number => (a.name < b.name ? -1 : 1)

type Over = Pick<Compiled, 'quotas' | 'rules'>

/** The items that a quota, a rule, a suspension, a document or a discovery is about. */
const touchedItems = (
  before: Compiled,
  after: Over,
  moved: readonly Moved[],
): ReadonlySet<string> => {
  const touched = new Set<string>()
  const touch = (over: { readonly items: ReadonlySet<string> | undefined } | undefined) => {
    if (over) for (const one of over.items ?? before.items.keys()) touched.add(one)
  }
  for (const { topic, kind, name } of moved) {
    const item = topic === 'suspension' ? suspendedServer(kind, name) : undefined
    if (item !== undefined) touched.add(item)
    if (topic === 'capability') touched.add(name)
    if (topic !== 'document') continue
    if (kind === 'Server' || kind === 'API') touched.add(name)
    if (kind === 'Quota' || kind === 'Rule') {
      const member = kind === 'Quota' ? 'quotas' : 'rules'
      touch(before[member].get(name))
      touch(after[member].get(name))
    }
  }
  return touched
}

const patchItems = (
  { items }: Compiled,
  about: Over & {
    policy: PlanePolicy
    touched: ReadonlySet<string>
    offering: ReadonlySet<string>
    capabilities(item: string): readonly Capability[]
  },
): ReadonlyMap<string, Served> => {
  const { policy, touched, offering, capabilities } = about
  if (touched.size === 0) return items
  const quotas = [...about.quotas.values()]
  const rules = [...about.rules.values()]
  const { suspensions } = policy
  const over = policy.plane.require
  const patched = new Map(items)
  for (const name of touched) {
    const document = itemDocument(policy, name)
    if (!document) {
      patched.delete(name)
      continue
    }
    const known = items.get(name)
    const shelf = known && !offering.has(name) ? known.shelf : createShelf(capabilities(name))
    patched.set(name, createServed({ document, shelf, quotas, rules, suspensions, over }))
  }
  return patched
}
