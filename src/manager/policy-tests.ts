import type { TestResult } from '#policy/policy-test.ts'
import { choosePlanes, type Desk } from './desk.ts'
import type { Draft } from './draft.ts'

export interface TestedPlane {
  readonly plane: string
  readonly tests: readonly TestResult[]
}

/** Every PolicyTest, by what stands or by a draft: as if nothing were suspended or held. */
export const testPolicy = async (
  desk: Desk,
  input: { plane?: string | undefined; draft?: Draft | undefined },
): Promise<TestedPlane[]> => {
  const { installation } = desk
  const tested: TestedPlane[] = []
  for (const plane of choosePlanes(installation.change.current(), input.plane)) {
    const { draft } = input
    const proposal = await installation.proposal(plane, { ...(draft && { draft }), calm: true })
    tested.push({ plane, tests: await installation.runTests(proposal) })
  }
  return tested
}
