import type { PlanePolicy, Proposed } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import {
  type Compiled,
  compilePlane,
  itemDocument,
  type PlaneSnapshot,
  snapshotOf,
} from './compile.ts'
import { createCores } from './core.ts'
import { type Moved, patchPlane } from './patch.ts'

/** What an item offers, if its document says this. */
export type Offers = (
  plane: PlaneId,
  document: ServerDocument | ApiDocument,
) => readonly Capability[]

/** A plane as it would be, or was: compiled beside what stands, in proportion to how it differs. */
export interface Proposal {
  readonly plane: PlaneId
  readonly policy: PlanePolicy
  readonly snapshot: PlaneSnapshot
}

/** What a proposal keeps of callers that are tried. */
const mostKept = 100_000

/**
 * `calm`: as if nothing were suspended or held, which both pass: for sentences about the policy that
 * are to be true whatever has happened today.
 */
export const propose = (about: {
  readonly plane: PlaneId
  readonly proposed: Proposed
  /** What stands, where it is compiled. */
  readonly standing: Compiled | undefined
  readonly offers: Offers
  readonly calm: boolean
}): Proposal | undefined => {
  const { plane, proposed, standing, calm } = about
  const written = proposed.after.planes.get(plane)
  if (!written) return undefined
  const policy = calm ? { ...written, suspensions: sortedMap<never>() } : written
  const capabilities = offered(about, policy)
  const { revision } = proposed.after
  const stands = standing?.policy === proposed.before.planes.get(plane) ? standing : undefined
  if (!stands)
    return made(policy, compilePlane({ plane, policy, capabilities: capabilities(), revision }))
  const moved = [...movedIn(about), ...(calm ? disturbedIn(about, stands.policy) : [])]
  const before = { ...stands, cores: createCores(plane, mostKept) }
  return made(policy, patchPlane(before, { policy, revision, moved, capabilities }))
}

const made = (policy: PlanePolicy, compiled: Compiled): Proposal => ({
  plane: compiled.plane,
  policy,
  snapshot: snapshotOf(compiled),
})

type About = Parameters<typeof propose>[0]

/** What the items of a policy offer, or one of them. */
const offered =
  ({ plane, offers, calm }: About, policy: PlanePolicy) =>
  (item?: string): readonly Capability[] => {
    const documents =
      item === undefined
        ? [...policy.servers.values(), ...policy.apis.values()]
        : [itemDocument(policy, item)]
    return documents.flatMap((document) => {
      const all = document ? offers(plane, document) : []
      return calm ? all.map(asReleased) : all
    })
  }

const asReleased = (one: Capability): Capability =>
  one.state === 'held' ? { ...one, state: 'pinned' } : one

// Stryker disable all: what is said to have moved and has not is looked at again, and that takes longer.
const movedIn = ({ plane, proposed }: About): Moved[] =>
  proposed.documents
    .filter((one) => one.plane === plane)
    .map(({ kind, name }) => ({ plane, topic: 'document', kind, name }))

/** What is suspended or held, as if it moved. */
const disturbedIn = ({ plane, offers }: About, policy: PlanePolicy): Moved[] => [
  ...[...policy.suspensions.values()].map(
    ({ kind, name }): Moved => ({ plane, topic: 'suspension', kind, name }),
  ),
  ...[...policy.servers.values(), ...policy.apis.values()]
    .filter((document) => offers(plane, document).some(({ state }) => state === 'held'))
    .map(({ name }): Moved => ({ plane, topic: 'capability', kind: '', name })),
]
// Stryker restore all
