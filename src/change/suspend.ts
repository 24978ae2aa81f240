import { type PlaneId, userPattern } from '#domain/name.ts'
import {
  type Suspension,
  type SuspensionKind,
  suspensionCommand,
  suspensionKey,
} from '#domain/suspension.ts'
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
        fix: suspensionCommand('suspend', target.plane, target),
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
        fix: `bailiwick suspensions --plane ${target.plane}`,
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

/** A capability is known to the registry: whoever asks has looked there. */
const checkExists = (here: PlanePolicy, { plane, kind, name }: Suspend): void => {
  if (kind === 'user') checkUser(name)
  if (kind === 'user' || kind === 'capability') return
  const exists = kind === 'plane' ? name === here.plane.name : isIn(here, kind, name)
  if (exists) return
  throw new Fault('unknown_name', {
    detail: `there is no ${kind === 'server' ? 'server or API' : kind} ${name} in plane ${plane}`,
    fix: shownBy[kind],
  })
}

/** Names of servers and APIs are one name space. */
const isIn = (here: PlanePolicy, kind: 'agent' | 'consumer' | 'server', name: string): boolean => {
  if (kind === 'server') return here.servers.has(name) || here.apis.has(name)
  return kind === 'agent' ? here.agents.has(name) : here.consumers.has(name)
}

const shownBy = {
  agent: 'bailiwick agent list',
  consumer: 'bailiwick export',
  server: 'bailiwick server list',
  plane: 'bailiwick status',
} as const

/** A user stands in no document: whoever a token can name can be suspended. */
const checkUser = (name: string): void => {
  if (userPattern.test(name)) return
  throw new Fault('usage', {
    detail: 'a user is named as a token says it: 1 to 255 visible ASCII characters',
    fix: 'bailiwick calls --json user,call shows how users are named',
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
