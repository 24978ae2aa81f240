import type { TestResult } from '#policy/policy-test.ts'
import { choosePlanes, type Desk, findPlane } from './desk.ts'
import { type Draft, draftFor } from './draft.ts'

export interface TestedPlane {
  readonly plane: string
  readonly tests: readonly TestResult[]
}

/**
 * Every PolicyTest, by what stands or by a draft, which is of one plane: as if nothing were suspended
 * or held.
 */
export const testPolicy = async (
  desk: Desk,
  input: { plane?: string | undefined; draft?: Draft | undefined },
): Promise<TestedPlane[]> => {
  const { change, trials } = desk.installation
  const { draft } = input
  const current = change.current()
  const planes = draft ? [findPlane(current, input.plane).id] : choosePlanes(current, input.plane)
  return await trials.alone(async () => {
    const tested: TestedPlane[] = []
    for (const plane of planes) {
      const by = { calm: true, ...(draft && { draft: draftFor(plane, draft) }) }
      const proposal = await trials.propose(plane, by)
      tested.push({ plane, tests: await trials.test(proposal) })
    }
    return tested
  })
}
