import type { Installation } from '#gateway/installation.ts'

/** The newest look at the whole ledger of a plane. */
export interface Verified {
  /** UTC milliseconds. */
  readonly at: number
  /** Looked at. */
  readonly entries: number
  /** What is wrong first, and where; undefined where everything matches. */
  readonly problem: string | undefined
}

const known = new WeakMap<Installation, Map<string, Verified>>()

/** What this process found stays said until it looks again: others that share the store look for themselves. */
export const keepVerified = (installation: Installation, plane: string, found: Verified): void => {
  const planes = known.get(installation) ?? new Map<string, Verified>()
  known.set(installation, planes.set(plane, found))
}

export const verifiedOf = (installation: Installation, plane: string): Verified | undefined =>
  known.get(installation)?.get(plane)
