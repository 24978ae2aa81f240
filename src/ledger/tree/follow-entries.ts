import { hashBytes } from '#lib/merkle.ts'
import type { LedgerTree, TreeStanding } from '#store/store.ts'
import { frontierAt, grown } from './grow.ts'

/** Leaves a step. Their tree takes this thread a millisecond or two; other work goes on between steps. */
const stepLeaves = 2048
/** Steps at once: what is left of a backlog waits for the next time. */
const stepsMost = 64
export const leavesAtOnce = stepLeaves * stepsMost

/**
 * Brings a tree closer to its entries, step by step, each durable before the next one begins, and
 * resolves with how it stands then. What speaks against going on is a problem, of which nothing was
 * written.
 */
export const followEntries = async (
  tree: LedgerTree,
  accept: (standing: TreeStanding) => string | undefined,
  steps = stepsMost,
): Promise<TreeStanding | { readonly problem: string }> => {
  for (let left = steps; ; left--) {
    const standing = await tree.standing()
    const { entries, size, generation } = standing
    const problem = accept(standing)
    if (problem !== undefined) return { problem }
    if (entries === size || left === 0) return standing
    const count = Math.min(stepLeaves, entries - size)
    const leaves = await tree.leafHashes(size + 1, count)
    if (leaves.length !== count * hashBytes) {
      return { problem: `cut: entries are missing from ${size + 1} to ${size + count}` }
    }
    const frontier = await frontierAt(tree, size, generation)
    if (frontier === undefined) return { problem: `tiles are missing of ${size} entries` }
    // Where another process was faster nothing is written, and the next look finds what it wrote.
    await tree.grow({ generation, ...grown(frontier, leaves) })
  }
}
