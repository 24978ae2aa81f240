import type { Check, Objection, Proposed } from '#change/change.ts'
import type { Kind } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { tellBroken } from './broken.ts'
import { runTests, type TestResult } from './policy-test.ts'
import type { Offers, Proposal } from './proposal.ts'

/** Documents that may make a sentence about the policy false. */
const ofBearing: ReadonlySet<Kind> = new Set([
  'Plane',
  'Server',
  'API',
  'Consumer',
  'Agent',
  'AgentGroup',
  'Grant',
  'Rule',
  'PolicyTest',
])

/**
 * A change that makes a PolicyTest false is refused, with its sentence. One that was false before, by
 * the time or by what a server offers, is no reason to refuse another change.
 */
export const checkTests =
  (about: {
    readonly offers: Offers
    now(): number
    propose(plane: PlaneId, proposed: Proposed): Proposal | undefined
  }): Check =>
  async (proposed, breathe) => {
    const { offers } = about
    const objections: Objection[] = []
    const run = async (proposal: Proposal | undefined, names?: ReadonlySet<string>) =>
      proposal
        ? await runTests({
            proposal,
            offers,
            now: about.now(),
            breathe,
            ...(names && { which: ({ name }) => names.has(name) }),
          })
        : []
    for (const plane of planesTouched(proposed)) {
      // Stryker disable next-line ConditionalExpression: without it none is tried, and that takes longer.
      if (proposed.after.planes.get(plane)?.policyTests.size === 0) continue
      const failed = (await run(about.propose(plane, proposed))).filter(({ holds }) => !holds)
      // Stryker disable next-line ConditionalExpression: without it nothing is objected to, and that takes longer.
      if (failed.length === 0) continue
      const given = namesOf(proposed, plane)
      const stood = new Set(failed.map(({ name }) => name).filter((name) => !given.has(name)))
      const { before } = proposed
      const then = await run(about.propose(plane, { before, after: before, documents: [] }), stood)
      const fails = new Set(then.filter(({ holds }) => !holds).map(({ name }) => name))
      objections.push(...failed.filter(({ name }) => !fails.has(name)).map(objecting(plane)))
    }
    return objections
  }

const planesTouched = ({ documents }: Proposed): Set<PlaneId> =>
  new Set(documents.filter(({ kind }) => ofBearing.has(kind)).map(({ plane }) => plane))

const namesOf = ({ documents }: Proposed, plane: PlaneId): Set<string> =>
  new Set(
    documents
      .filter((one) => one.plane === plane && one.kind === 'PolicyTest')
      .map(({ name }) => name),
  )

const objecting =
  (plane: PlaneId) =>
  ({ name, says, but, problem }: TestResult): Objection => ({
    code: 'broken test',
    message: `PolicyTest ${name}: “${says}” would not be true: ${problem ?? but.map(tellBroken).join('; ')}`,
    at: { plane, kind: 'PolicyTest', name, path: ['says'] },
  })
