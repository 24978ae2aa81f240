import type { Capability } from '#domain/capability.ts'
import type { UnknownBecause } from '#domain/decision.ts'
import type { CompiledGrant } from './grant.ts'
import type { Recorder, Verdict } from './policy.ts'
import type { Use } from './use.ts'

/** By which of its grants a caller meets a capability. */
export interface Granting {
  /** In the order in which they are asked; none where the capability is hidden. */
  readonly candidates: readonly CompiledGrant[]
  readonly because: UnknownBecause
}

/**
 * A condition about arguments hides nothing: it is asked when a call brings some that are in order. One
 * about the caller alone hides what it does not permit, so that a list and a call never disagree.
 */
export const findGrants = (
  grants: readonly CompiledGrant[],
  use: Use,
  recorder: Recorder | undefined,
): Granting => {
  const candidates: CompiledGrant[] = []
  let because: UnknownBecause = grants.length > 0 ? 'grant ended' : 'no grant'
  for (const grant of grants) {
    if (use.now >= grant.endsAt) {
      recorder?.grant(grant.name, 'ended')
      continue
    }
    because = 'condition not met'
    const verdict = grant.isAboutCall && !recorder ? 'holds' : verdictOf(grant, use)
    recorder?.grant(grant.name, verdict)
    if (!grant.isAboutCall && verdict !== 'holds') continue
    candidates.push(grant)
    // Those behind it are not needed, unless its own quota is used up.
    if (!grant.isAboutCall && !recorder) break
  }
  return { candidates, because: isClassified(use.capability) ? because : 'unclassified' }
}

export interface Unpermitted {
  /** By name. */
  readonly grants: readonly string[]
  /** The first whose condition could not be worked out. */
  readonly failed: { readonly grant: string; readonly error: string } | undefined
}

/** Of several that could permit, the first in their order: so every process names the same. */
export const firstPermitting = (
  candidates: readonly CompiledGrant[],
  use: Use,
): CompiledGrant | Unpermitted => {
  let failed: Unpermitted['failed']
  for (const grant of candidates) {
    // What is not about the call has been asked.
    const verdict = grant.isAboutCall ? verdictOf(grant, use) : 'holds'
    if (verdict === 'holds') return grant
    if (typeof verdict === 'object') failed ??= { grant: grant.name, error: verdict.error }
  }
  return { grants: candidates.map(({ name }) => name).sort(), failed }
}

/** The next that permits the same use, in the order of a reach. */
export const nextPermitting = (
  grants: readonly CompiledGrant[],
  after: CompiledGrant,
  use: Use,
): CompiledGrant | undefined =>
  grants
    .slice(grants.indexOf(after) + 1)
    .find((grant) => use.now < grant.endsAt && verdictOf(grant, use) === 'holds')

const verdictOf = ({ when }: CompiledGrant, use: Use): Verdict =>
  when === undefined ? 'holds' : use.ask(when)

const isClassified = ({ classification }: Capability): boolean => classification !== undefined
