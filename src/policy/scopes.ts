import type { CompiledGrant } from './grant.ts'
import type { Served } from './served.ts'

/**
 * The scopes that count for a client: those of the capabilities that its grants select. A token without
 * scopes has them all; what a token says beyond them says nothing, since whoever asks for a scope is
 * given it. Kept for each item, until a grant ends.
 */
export type Scopes = (items: ReadonlyMap<string, Served>, now: number) => ReadonlySet<string>

export const createScopes = (
  grants: readonly CompiledGrant[],
  endsAfter: (now: number) => number,
): Scopes => {
  const kept = new Map<string, Kept<Served>>()
  let all: Kept<ReadonlyMap<string, Served>> | undefined

  const ofItem = (served: Served, now: number): ReadonlySet<string> => {
    const known = kept.get(served.name)
    // Stryker disable next-line ConditionalExpression: what is not kept is gathered again, and that takes longer.
    if (known && stillIs(known, served, now)) return known.scopes
    const live = grants.filter(
      // Stryker disable next-line ConditionalExpression: a grant of other items selects nothing of this one.
      ({ endsAt, items }) => now < endsAt && (!items || items.has(served.name)),
    )
    const scopes = new Set(
      served.shelf.scoped
        .filter((one) => live.some((grant) => grant.selects(one, served.labels)))
        .flatMap(({ classification }) => classification?.scopes ?? []),
    )
    kept.set(served.name, { of: served, from: now, until: endsAfter(now), scopes })
    return scopes
  }

  return (items, now) => {
    if (all && stillIs(all, items, now)) return all.scopes
    const scopes = new Set<string>()
    for (const served of items.values()) {
      // Stryker disable next-line ConditionalExpression,EqualityOperator: of no scopes there are none to gather.
      if (served.shelf.scoped.length > 0) for (const scope of ofItem(served, now)) scopes.add(scope)
    }
    all = { of: items, from: now, until: endsAfter(now), scopes }
    return scopes
  }
}

interface Kept<T> {
  readonly of: T
  /** Of no instant before, for a grant may have ended since. */
  readonly from: number
  readonly until: number
  readonly scopes: ReadonlySet<string>
}

const stillIs = <T>({ of, from, until }: Kept<T>, now: T, at: number): boolean =>
  of === now && at >= from && at < until
