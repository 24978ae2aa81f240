import type { Documents, Kind } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { didYouMean } from '#lib/nearest.ts'
import type { Policy } from './change.ts'
import { keyOf, type Plan } from './plan.ts'
import { findStanding, namesOf, planeOf } from './policy.ts'
import type { Named } from './references.ts'

/** What would stand if a plan were carried out. */
export interface Next {
  has(plane: PlaneId, kind: Kind, name: string): boolean
  /**
   * The agent of a grant, where it does not act for the grant's consumer: such a grant permits nothing,
   * and nobody would see why. Undefined too where the agent has problems of its own.
   */
  agentNotActing(plane: PlaneId, grant: Documents['Grant']): Documents['Agent'] | undefined
  isRemoved(plane: PlaneId, kind: Kind, name: string): boolean
  /** `; did you mean planner?`, or nothing. */
  hint(plane: PlaneId, kind: Named, name: string): string
}

/** Nobody reads more, and each compares a name with all others. */
const MOST_HINTS = 100

export function createNext(policy: Policy, { given, remove }: Plan): Next {
  const removed = new Set(
    remove.map(({ document }) => keyOf(planeOf(document), document.kind, document.name)),
  )
  const hints = new Map<string, string>()
  const isRemoved = (plane: PlaneId, kind: Kind, name: string) =>
    removed.has(keyOf(plane, kind, name))
  const has = (plane: PlaneId, kind: Kind, name: string) =>
    given.has(keyOf(plane, kind, name)) ||
    (!isRemoved(plane, kind, name) && findStanding(policy, plane, kind, name) !== undefined)
  return {
    has,
    isRemoved,
    agentNotActing(plane, { agent: name, consumer }) {
      if (name === undefined) return undefined
      const one = given.get(keyOf(plane, 'Agent', name))
      const agent = one ? one.document : findStanding(policy, plane, 'Agent', name)?.document
      return agent?.kind === 'Agent' && !agent.consumers.includes(consumer) ? agent : undefined
    },
    hint(plane, kind, name) {
      const key = keyOf(plane, kind, name)
      if (!hints.has(key) && hints.size < MOST_HINTS) {
        const here = policy.planes.get(plane)
        const fresh = [...given.values()].filter((one) => one.plane === plane && one.kind === kind)
        const names = [...fresh.map((one) => one.name), ...(here ? namesOf(here, kind) : [])]
        hints.set(key, didYouMean(name, names))
      }
      return hints.get(key) ?? ''
    },
  }
}
