import type { Capability } from '#domain/capability.ts'
import type { Condition } from './condition/condition.ts'
import type { CompiledGrant } from './grant.ts'
import type { Served } from './served.ts'
import { createUse, type Judged } from './use.ts'

/** Whether some of these grants lets the caller discover a capability that they select. */
export type Discovers = (
  served: Served,
  capability: Capability,
  grants: readonly CompiledGrant[],
) => boolean

/**
 * As `findGrants` finds them, for the many capabilities of a list: a condition that says nothing of
 * the item is asked once.
 */
export const createDiscovery = (caller: Judged, now: number): Discovers => {
  const known = new Map<Condition, boolean>()

  const holds = (when: Condition, served: Served, capability: Capability): boolean => {
    const before = known.get(when)
    if (before !== undefined) return before
    const holds = createUse(caller, { served, capability, now }).ask(when) === 'holds'
    if (!when.speaksOf.has('item')) known.set(when, holds)
    return holds
  }

  return (served, capability, grants) =>
    grants.some(
      ({ endsAt, when, isAboutCall }) =>
        now < endsAt && (when === undefined || isAboutCall || holds(when, served, capability)),
    )
}
