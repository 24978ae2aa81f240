import type { Reach } from './entry.ts'
import { nameOf, namesLike } from './names.ts'

/** What stands in the plane already. */
export interface Standing {
  /** Servers and APIs by name. */
  readonly items: ReadonlyMap<string, StandingItem>
  readonly credentials: ReadonlySet<string>
}

export interface StandingItem {
  /** The URL, or `runner name`. */
  readonly upstream: string
  readonly credential: string | undefined
  readonly credentialVersion: number | undefined
}

/**
 * The first name like the entry's own that is free, or under which the same server stands already: so
 * that a file that is imported twice makes nothing twice. `runner` is one that the operator named for it.
 */
export const placeOf = (
  { name: written, reach }: { name: string; reach: Exclude<Reach, { how: 'none' }> },
  about: { standing: Standing; names: Set<string>; runner: string | undefined },
): { name: string; stands: StandingItem | undefined } => {
  const { standing, names, runner } = about
  for (const name of namesLike(nameOf(written))) {
    if (names.has(name)) continue
    const stands = standing.items.get(name)
    const upstream = reach.how === 'program' ? `runner ${runner ?? name}` : reach.url
    if (stands && stands.upstream !== upstream) continue
    names.add(name)
    return { name, stands }
  }
  throw new Error('names without end have ended')
}
