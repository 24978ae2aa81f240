import type { PlanePolicy, Policy } from '#change/change.ts'
import type { PlaneId } from '#domain/name.ts'
import {
  type Item,
  may,
  maySome,
  type Permission,
  type Person,
  type Verdict,
} from '#domain/roles.ts'
import { Fault } from '#lib/fault.ts'
import { bindingsIn } from '#people/bindings.ts'

/** What one person may do, by the policy and the time of one request. */
export interface Access {
  readonly person: Person
  stands(plane: string): boolean
  /** Whether the person may do it to the item; without one: to the plane as a whole. */
  sees(needs: Permission, plane: string, item?: Item): boolean
  /** Throws Fault('not_found') where the plane is hidden, Fault('not_permitted') where the right is missing. */
  check(needs: Permission, plane: string, item?: Item): void
  /** As `check`, for a list of things of which there may be some. */
  checkSome(needs: Permission, plane: string): void
  /** What belongs to no plane. */
  checkInstallation(needs: Permission): void
  /** Planes in which the person may do it to something. */
  planes(needs: Permission): PlaneId[]
}

export const createAccess = (person: Person, policy: Policy, at: number): Access => {
  const here = (plane: string): PlanePolicy | undefined => policy.planes.get(plane as PlaneId)
  const bindings = (plane: string) => {
    const found = here(plane)
    return found ? bindingsIn(found) : []
  }
  const judge = (needs: Permission, plane: string, item: Item | undefined): Verdict =>
    here(plane) ? may(person, needs, { plane, item, at }, bindings(plane)) : 'hidden'
  const judgeSome = (needs: Permission, plane: string): Verdict =>
    here(plane) ? maySome(person, needs, { plane, at }, bindings(plane)) : 'hidden'
  return {
    person,
    stands: (plane) => here(plane) !== undefined,
    sees: (needs, plane, item) => judge(needs, plane, item) === 'permitted',
    check: (needs, plane, item) => enforce(judge(needs, plane, item), needs, plane),
    checkSome: (needs, plane) => enforce(judgeSome(needs, plane), needs, plane),
    checkInstallation(needs) {
      // Nobody holds a role over the installation: the verdict is the administrator's or none.
      const verdict = may(person, needs, { plane: '', at }, [])
      enforce(verdict === 'permitted' ? verdict : 'missing', needs, undefined)
    },
    planes: (needs) =>
      [...policy.planes.keys()].filter((plane) => judgeSome(needs, plane) === 'permitted'),
  }
}

const enforce = (verdict: Verdict, needs: Permission, plane: string | undefined): void => {
  if (verdict === 'permitted') return
  if (verdict === 'hidden') throw new Fault('not_found')
  throw new Fault('not_permitted', {
    detail:
      plane === undefined
        ? `"${needs}" belongs to the administrators of the installation.`
        : `No role that you hold in plane ${plane} gives "${needs}" for this.`,
  })
}

/** A server or an API, and what is about it. */
export const namedItem = (
  plane: Pick<PlanePolicy, 'servers' | 'apis'> | undefined,
  name: string,
): Item => ({
  owner: (plane?.servers.get(name) ?? plane?.apis.get(name))?.owner,
  name,
})

/** What has an owner and is neither. */
export const ownedItem = (owner: string | undefined): Item => ({ owner, name: undefined })
