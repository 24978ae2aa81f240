import type { Policy, Proposed } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { PlaneId } from '#domain/name.ts'
import { type Compiled, compilePlane, type PlaneSnapshot, snapshotOf } from './compile.ts'
import { type Moved, patchPlane } from './patch.ts'
import { type Offers, type Proposal, propose } from './proposal.ts'

/**
 * What each plane permits, compiled. A call is decided by one of these from beginning to end; the next
 * one is decided by what `of` answers then.
 */
export interface Snapshots {
  /** Compiles a plane whole: at a start, and for whoever does not know what moved. */
  recompile(plane: PlaneId): void
  /**
   * Brings the planes of `moved` to this policy, in time proportional to what moved. Exactly what a
   * compilation of the whole would give, provided that everything that changed since the last patch
   * is named. A plane that is new is compiled, one that is gone permits nobody anything.
   */
  patch(policy: Policy, moved: readonly Moved[]): void
  /** A plane that is not known permits nobody anything. */
  of(plane: PlaneId): PlaneSnapshot
  /** A plane as it would be, or was; undefined where it is none then. Nothing of it is kept. */
  propose(
    plane: PlaneId,
    proposed: Proposed,
    about: { readonly calm: boolean },
  ): Proposal | undefined
}

export const createSnapshots = (
  policy: () => Policy,
  /** Of all the plane's servers, or of one. */
  capabilities: (plane: PlaneId, server?: string) => readonly Capability[],
  offers: Offers = () => [],
): Snapshots => {
  const planes = new Map<PlaneId, { compiled: Compiled; snapshot: PlaneSnapshot }>()
  const nobody: PlaneSnapshot = { revision: 0, caller: () => undefined }

  const compile = ({ revision, planes }: Policy, plane: PlaneId): Compiled | undefined => {
    const documents = planes.get(plane)
    return (
      documents &&
      compilePlane({ plane, policy: documents, capabilities: capabilities(plane), revision })
    )
  }
  const put = (plane: PlaneId, compiled: Compiled | undefined): void => {
    if (compiled) planes.set(plane, { compiled, snapshot: snapshotOf(compiled) })
    else planes.delete(plane)
  }

  return {
    recompile: (plane) => put(plane, compile(policy(), plane)),
    patch(now, moved) {
      for (const [plane, ofPlane] of Map.groupBy(moved, (one) => one.plane)) {
        const before = planes.get(plane)?.compiled
        const documents = now.planes.get(plane)
        if (!before || !documents) {
          put(plane, compile(now, plane))
          continue
        }
        const about = {
          policy: documents,
          revision: now.revision,
          moved: ofPlane,
          capabilities: (server?: string) => capabilities(plane, server),
        }
        put(plane, patchPlane(before, about))
      }
    },
    of: (plane) => planes.get(plane)?.snapshot ?? nobody,
    propose: (plane, proposed, about) =>
      propose({ plane, proposed, standing: planes.get(plane)?.compiled, offers, ...about }),
  }
}
