import type { PlaneId } from '#domain/name.ts'
import { type Suspension, type SuspensionKind, suspensionKey } from '#domain/suspension.ts'
import { Fault } from '#lib/fault.ts'
import type { RowChange } from '#store/store.ts'
import type { Command, Consequence, PlanePolicy, Policy } from './change.ts'

export interface Suspend {
  readonly plane: PlaneId
  readonly kind: SuspensionKind
  /** As `Suspension.name` says. */
  readonly name: string
}

const reasonLimit = 500

/** Stops whom or what the target names at once, until it is resumed; a reason is asked for. */
export const suspend = (target: Suspend, reason: string): Command => ({
  name: `suspend ${target.plane}/${target.kind}/${target.name}`,
  plan(policy) {
    const said = reason.trim()
    if (said === '' || said.length > reasonLimit) {
      throw new Fault('usage', {
        detail: `a suspension needs a reason of 1 to ${reasonLimit} characters`,
        fix: `bailiwick ${target.kind} suspend ${target.name} --reason TEXT`,
      })
    }
    const here = planeOf(policy, target)
    checkExists(here, target)
    if (standing(here, target)?.reason === said) return undefined
    return {
      summary: `suspended ${target.kind} ${target.name}: ${said}`,
      diff: '',
      rows: [{ topic: 'suspension', ...target, row: { reason: said } }],
    }
  },
})

/** Fault('unknown_name') where nothing is suspended under that name. */
export const resume = (target: Suspend): Command => ({
  name: `resume ${target.plane}/${target.kind}/${target.name}`,
  plan(policy) {
    if (!standing(planeOf(policy, target), target)) {
      throw new Fault('unknown_name', {
        detail: `${target.kind} ${target.name} is not suspended in plane ${target.plane}`,
      })
    }
    return {
      summary: `resumed ${target.kind} ${target.name}`,
      diff: '',
      rows: [{ topic: 'suspension', ...target, row: undefined }],
    }
  },
})

const standing = (here: PlanePolicy, { kind, name }: Suspend): Suspension | undefined =>
  here.suspensions.get(suspensionKey(kind, name))

const planeOf = (policy: Policy, { plane }: Suspend): PlanePolicy => {
  const here = policy.planes.get(plane)
  if (here) return here
  throw new Fault('unknown_name', { detail: `there is no plane ${plane}` })
}

/** A user stands in no document, and a capability is known to the registry: whoever asks has looked there. */
const checkExists = (here: PlanePolicy, { plane, kind, name }: Suspend): void => {
  const exists =
    kind === 'agent'
      ? here.agents.has(name)
      : kind === 'consumer'
        ? here.consumers.has(name)
        : kind === 'server'
          ? here.servers.has(name)
          : kind !== 'plane' || name === plane
  if (exists) return
  throw new Fault('unknown_name', {
    detail: `there is no ${kind} ${name} in plane ${plane}`,
    fix: `bailiwick ${kind} list`,
  })
}

/** What is suspended in a plane that goes is no more; everything else stays suspended, also when it is made anew. */
export const liftedWithPlane: Consequence = (documents, policy) =>
  documents.flatMap(({ plane, kind, after }): RowChange[] =>
    kind !== 'Plane' || after
      ? []
      : [...(policy.planes.get(plane)?.suspensions.values() ?? [])].map(({ kind, name }) => ({
          topic: 'suspension',
          plane,
          kind,
          name,
          row: undefined,
        })),
  )
