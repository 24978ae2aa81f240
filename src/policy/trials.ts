import type { Change, Proposed } from '#change/change.ts'
import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { runTests, type TestResult } from './policy-test.ts'
import type { Offers, Proposal } from './proposal.ts'
import type { Snapshots } from './snapshots.ts'

/** Documents that are tried: as `apply` would take them, without removing any. */
export type Draft = Pick<Parameters<Change['draft']>[0], 'files' | 'set' | 'permit'>

/** By which policy is tried: the one that stands, unless something else is said. */
export interface ByWhich {
  /** The one that stood at that revision; nothing is suspended or held in it. */
  readonly revision?: number | undefined
  /** The one that stood with these documents. */
  readonly draft?: Draft | undefined
  /** As if nothing were suspended or held. */
  readonly calm?: boolean
}

/** What calls that nobody makes are tried by: the evaluator is that of the gateway. */
export interface Trials {
  /** Fault('unknown_name') where there is no such plane then; as `Change.draft` and `Change.at` otherwise. */
  propose(plane: PlaneId, by?: ByWhich): Promise<Proposal>
  /** Every PolicyTest of the plane. */
  test(proposal: Proposal): Promise<TestResult[]>
  /** Long work, one after the other: several who try something take no more from calls than one. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

export const createTrials = (about: {
  readonly change: Pick<Change, 'current' | 'draft' | 'at'>
  readonly snapshots: Pick<Snapshots, 'of' | 'propose'>
  readonly offers: Offers
  /** Names of the runners in the operator's configuration. */
  readonly runners: ReadonlySet<string>
  now(): number
  breather(): () => Promise<void>
}): Trials => {
  const { change, snapshots, offers, runners } = about

  /** What decides calls: nothing is made for it. */
  const standing = (plane: PlaneId): Proposal | undefined => {
    const policy = change.current().planes.get(plane)
    return policy && { plane, policy, snapshot: snapshots.of(plane) }
  }
  const proposed = async ({ revision, draft }: ByWhich): Promise<Proposed> => {
    if (revision !== undefined) return await change.at(revision)
    if (draft) return await change.draft({ ...draft, prune: false, runners })
    const before = change.current()
    return { before, after: before, documents: [] }
  }
  let last: Promise<unknown> = Promise.resolve()

  return {
    async propose(plane, by = {}) {
      const { revision, draft, calm = false } = by
      const asItStands = revision === undefined && !draft && !calm
      const found = asItStands
        ? standing(plane)
        : snapshots.propose(plane, await proposed(by), { calm: calm || revision !== undefined })
      if (found) return found
      const then = revision === undefined ? '' : ` at revision ${revision}`
      throw new Fault('unknown_name', { detail: `There is no plane ${plane}${then}.` })
    },
    test: (proposal) => runTests({ proposal, offers, now: about.now(), breathe: about.breather() }),
    alone(work) {
      const turn = last.then(work)
      last = turn.catch(() => undefined)
      return turn
    },
  }
}
