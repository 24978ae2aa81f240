import type { PlaneId } from '#domain/name.ts'
import { asFault, Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Commit, Store } from '#store/store.ts'
import type { Change, Enter, Policy } from './change.ts'
import type { Step } from './describe.ts'
import { bodyOf, patch, planeOf, type Standing } from './policy.ts'

export type Listener = Parameters<Change['onChange']>[0]

/** Rows, removals and revision in one transaction; answers the revision. */
export function writeSteps(
  store: Store,
  steps: readonly Step[],
  about: Omit<Commit, 'put' | 'remove'>,
): Promise<number> {
  const place = ({ document }: Standing) => ({
    plane: planeOf(document),
    kind: document.kind,
    name: document.name,
  })
  return store.commit({
    ...about,
    put: putsOf(steps).map((one) => ({
      ...place(one),
      body: bodyOf(one.document),
      set: one.set,
    })),
    remove: removalsOf(steps).map(place),
  })
}

export const afterSteps = (policy: Policy, revision: number, steps: readonly Step[]): Policy =>
  patch(
    policy,
    revision,
    putsOf(steps),
    removalsOf(steps).map(({ document }) => document),
  )

const putsOf = (steps: readonly Step[]): Standing[] =>
  steps.flatMap(({ after }) => (after ? [after] : []))
const removalsOf = (steps: readonly Step[]): Standing[] =>
  steps.flatMap(({ before, after }) => (before && !after ? [before] : []))

export function planesOf(steps: readonly Step[]): PlaneId[] {
  const standing = [...putsOf(steps), ...removalsOf(steps)]
  return [...new Set(standing.map(({ document }) => planeOf(document)))]
}

/**
 * Tells everyone, whatever becomes of one of them: who fails must not keep the others from a grant
 * that ended. Afterwards it is told, since the change stands and something does not follow it.
 */
export async function tellAll(
  listeners: readonly Listener[],
  policy: Policy,
  planes: readonly PlaneId[],
): Promise<Fault | undefined> {
  let first: unknown
  for (const listener of listeners) {
    try {
      await listener(policy, planes)
    } catch (thrown) {
      first ??= thrown ?? 'nothing was thrown'
    }
  }
  if (first === undefined) return undefined
  return new Fault('internal', {
    detail: `revision ${policy.revision} stands, but not everything follows it: ${asFault(first).detail ?? asFault(first).message}`,
    fix: 'bailiwick stop, then start: a start follows what stands',
    cause: first,
  })
}

/** Enters what has no entry yet, oldest first, and marks each when its entries are durable. */
export async function enterAll(store: Store, enter: Enter): Promise<void> {
  const waiting = await store.revisions.listUnentered()
  for (const revision of [...waiting].sort((a, b) => a.revision - b.revision)) {
    await enter(revision)
    await store.revisions.markEntered(revision.revision)
  }
}

/** The change stands and is in force; its entry is written before the next change, or at the next start. */
export function logUnentered(log: Log, revision: number, thrown: unknown): void {
  const { code, detail } = asFault(thrown)
  log.error('change.not_entered', { revision, code, detail })
}
