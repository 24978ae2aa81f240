import { asFault, Fault } from '#lib/fault.ts'
import type { RevisionChange } from '#store/store.ts'
import type { Change, Moved, Policy } from './change.ts'

type Listener = Parameters<Change['onChange']>[0]

/** Everyone who follows what stands, and what one of them has not followed yet. */
export interface Followers {
  add(listener: Listener): void
  /** Whether something was told that one of them could not follow. */
  isOwed(): boolean
  /**
   * Tells everyone, whatever becomes of one of them: who fails must not keep the others from a grant
   * that ended. Where one fails, all are told again with whatever comes next, by `tellAgain` at the
   * latest: a listener takes the same change twice. Answers what went wrong.
   */
  tell(moved: Moved): Promise<Fault | undefined>
  /** Tells what is owed, as of this policy. */
  tellAgain(policy: Policy): Promise<Fault | undefined>
}

export const createFollowers = (): Followers => {
  const listeners: Listener[] = []
  let owed: readonly RevisionChange[] | undefined

  const tell: Followers['tell'] = async (moved) => {
    const all = owed ? joined(owed, moved) : moved
    let first: unknown
    for (const listener of listeners) {
      try {
        await listener(all)
      } catch (thrown) {
        first ??= thrown ?? 'nothing was thrown'
      }
    }
    owed = first === undefined ? undefined : all.changes
    return first === undefined ? undefined : notFollowed(moved.policy.revision, first)
  }

  return {
    add: (listener) => void listeners.push(listener),
    isOwed: () => owed !== undefined,
    tell,
    tellAgain: async (policy) =>
      owed === undefined ? undefined : tell({ policy, planes: [], changes: [] }),
  }
}

/** What is owed and what has come since, of each thing once: nobody is told of the steps between. */
const joined = (owed: readonly RevisionChange[], { policy, changes }: Moved): Moved => {
  const last = new Map<string, RevisionChange>()
  for (const one of [...owed, ...changes]) {
    const key = `${one.topic} ${one.plane} ${one.kind}/${one.name}`
    const before = last.has(key) ? last.get(key)?.before : one.before
    last.set(key, { ...one, before })
  }
  const all = [...last.values()]
  return { policy, planes: [...new Set(all.map(({ plane }) => plane))], changes: all }
}

/** The change stands, and something here does not follow it. */
export const notFollowed = (revision: number, cause: unknown): Fault =>
  new Fault('internal', {
    detail: `revision ${revision} stands, but not everything follows it: ${asFault(cause).detail ?? asFault(cause).message}`,
    fix: 'it is tried again each second, until then this process is not ready: bailiwick status',
    cause,
  })
