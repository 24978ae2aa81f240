import { skeletonOf } from '#lib/skeleton.ts'
import type { CapabilityKind } from './capability.ts'

/**
 * Names that share a key are look-alikes: a reader takes one for the other (UTS 39 §4, trust.md §1 row
 * 17). As it is written, where `I` is taken for `l`; and without case, where `0` is taken for `o`, and
 * `vv` for `w`, which the table of Unicode does not have.
 */
export function looksOf(name: string): readonly [string, string] {
  const small = skeletonOf(name.normalize('NFKC').toLowerCase()).toLowerCase()
  return [`=${skeletonOf(name)}`, `~${small.replaceAll('vv', 'w')}`]
}

/** URIs are what a server's data makes them, by the thousand, and ASCII alone: they are no names that somebody chose. */
export const hasLooks = (kind: CapabilityKind): boolean =>
  kind === 'tool' || kind === 'prompt' || kind === 'operation'
