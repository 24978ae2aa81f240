import type { TokenLack } from '#domain/decision.ts'
import { durationMs } from '#domain/fields.ts'
import type { RequiredBinding, Requirement } from '#domain/requirement.ts'

export interface CompiledRequirement {
  /** Infinite where a token of any age is taken. */
  readonly maxTokenAgeMs: number
  readonly binding: RequiredBinding | undefined
  readonly acr: readonly string[] | undefined
}

/** What is asked of a token, as it says it of itself. What it leaves out, it has not. */
export interface Authenticated {
  /** UTC milliseconds; undefined where there is no token (a try): then nothing is asked of it. */
  readonly issuedAt: number | undefined
  readonly binding?: 'dpop' | 'mtls' | undefined
  readonly acr?: string | undefined
  /** Then it is none: it proves nothing, and is as old as it is. */
  readonly byApiKey?: boolean
}

export const compileRequirement = ({
  maxTokenAge,
  binding,
  acr,
}: Requirement): CompiledRequirement => ({
  maxTokenAgeMs: maxTokenAge === undefined ? Number.POSITIVE_INFINITY : durationMs(maxTokenAge),
  binding,
  acr: acr === undefined ? undefined : [acr].flat(),
})

/** The first thing that it lacks: a key before a sign-in, for whoever has a new token by its key has both. */
export const lackOf = (
  all: readonly CompiledRequirement[],
  token: Authenticated,
  now: number,
): TokenLack | undefined => {
  if (all.length === 0 || token.issuedAt === undefined) return undefined
  // Whatever is demanded is demanded of a token: a young key would be none too soon.
  if (token.byApiKey) return { apiKey: true }
  for (const required of all) {
    const lack = lackOfOne(required, token, now - token.issuedAt)
    if (lack) return lack
  }
  return undefined
}

const lackOfOne = (
  required: CompiledRequirement,
  { binding, acr }: Authenticated,
  ageMs: number,
): TokenLack | undefined => {
  const wanted = required.binding
  if (wanted !== undefined && (wanted === 'any' ? binding === undefined : binding !== wanted))
    return { binding: wanted }
  if (required.acr && (acr === undefined || !required.acr.includes(acr)))
    return { acr: required.acr }
  return ageMs > required.maxTokenAgeMs ? { maxAgeMs: required.maxTokenAgeMs } : undefined
}
