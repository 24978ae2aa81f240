import type { Hash } from '#lib/merkle.ts'
import type { Findings } from './findings.ts'

/**
 * Holds the hash of each entry against the one that was kept of it, and says what became of the first
 * that differs. The tree alone says that something differs; this says what.
 */
export const createLeafCheck = (
  leaf: ((position: number) => Hash | undefined) | undefined,
  findings: Findings,
): { take(position: number, hash: Hash): void } => {
  let shifted = false
  return {
    take(position, hash) {
      const kept = leaf?.(position)
      if (leaf === undefined || shifted || (kept !== undefined && same(kept, hash))) return
      const is = (at: number): boolean => {
        const other = leaf(at)
        return other !== undefined && same(other, hash)
      }
      const says = whatBecame(position, kept, is)
      // What follows is out of step with its hashes, and would be told of every entry.
      shifted = says.shifts
      findings.add(`entry ${position}`, says.text)
    },
  }
}

/** So far an entry is looked for beside its place. */
const reach = 1000

const whatBecame = (
  position: number,
  kept: Hash | undefined,
  is: (position: number) => boolean,
): { text: string; shifts: boolean } => {
  if (kept === undefined) return { text: 'nothing was recorded at this position', shifts: true }
  if (is(position - 1)) return { text: `it is entry ${position - 1} again`, shifts: true }
  if (is(position + 1))
    return { text: `it is entry ${position + 1}: entry ${position} is missing`, shifts: true }
  for (let at = position + 2; at < position + reach; at++)
    if (is(at)) return { text: `entry ${at} stands in its place`, shifts: false }
  for (let at = position - 2; at > position - reach && at > 0; at--)
    if (is(at)) return { text: `entry ${at} stands in its place`, shifts: false }
  return { text: 'it is not what was recorded: it has another hash', shifts: false }
}

const same = (a: Hash, b: Hash): boolean => Buffer.compare(a, b) === 0
