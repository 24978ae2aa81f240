import { Fault } from '#lib/fault.ts'
import type { RevisionChange, Store } from '#store/store.ts'
import type { Policy } from './change.ts'
import type { Step } from './describe.ts'
import type { Given, Plan } from './plan.ts'
import { findStanding, fromRow, keyInPlane, type Standing } from './policy.ts'

/** Revisions read at a time. */
const atOnce = 200

/**
 * The steps that take the documents back to what they were at a revision: of each that has changed
 * since, what the first change after it found. Fault('unknown_name') where there was no such revision.
 */
export async function stepsBack(store: Store, policy: Policy, revision: number): Promise<Step[]> {
  const isOne = Number.isSafeInteger(revision) && revision >= 1 && revision <= policy.revision
  if (!isOne || !(await store.revisions.find(revision))) {
    throw new Fault('unknown_name', {
      detail: `there is no revision ${revision}; the newest is ${policy.revision}`,
      fix: 'bailiwick revisions',
    })
  }
  const firsts = new Map<string, RevisionChange>()
  for (let from = revision; from < policy.revision; from += atOnce) {
    for (const change of await store.revisions.changesAfter(from, atOnce)) {
      const key = `${change.plane}/${keyInPlane(change.kind as Standing['document']['kind'], change.name)}`
      if (change.topic === 'document' && !firsts.has(key)) firsts.set(key, change)
    }
  }
  return [...firsts.values()].flatMap((change) => stepBack(policy, change))
}

function stepBack(policy: Policy, { plane, kind: written, name, before }: RevisionChange): Step[] {
  const kind = written as Standing['document']['kind']
  const now = findStanding(policy, plane, kind, name)
  const then = before && {
    document: fromRow(plane, { kind, name, body: before.body }),
    set: before.set,
  }
  if (JSON.stringify(now) === JSON.stringify(then)) return []
  return [{ before: now, after: then }]
}

/** The same as a plan, so that names are checked as for any other change. */
export const planOf = (steps: readonly Step[]): Plan => ({
  given: new Map(
    steps.flatMap(({ after }): [string, Given][] => {
      if (!after) return []
      const { document } = after
      const plane = document.kind === 'Plane' ? document.name : document.plane
      const given = {
        kind: document.kind,
        plane: plane as Given['plane'],
        name: document.name,
        value: document as unknown as Given['value'],
        document,
        source: undefined,
      }
      return [[`${plane}/${keyInPlane(document.kind, document.name)}`, given]]
    }),
  ),
  remove: steps.flatMap(({ before, after }) => (before && !after ? [before] : [])),
})
