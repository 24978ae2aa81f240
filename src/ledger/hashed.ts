import { type IndexedField, isHashedText } from '#domain/indexed.ts'
import type { PlaneId } from '#domain/name.ts'
import { argumentOf, type CallFilter, isOfArgument, type Term } from './filter.ts'

/** What entries hold in place of the texts of personal arguments: see `vault/payload-keys.ts`. */
export interface PersonalHashes {
  /** Of these texts, by every key of those months: of those users, or of everybody. */
  find(about: {
    readonly plane: PlaneId
    readonly argument: string
    readonly texts: readonly string[]
    readonly since: number
    readonly until: number
    readonly users: readonly string[] | undefined
  }): Promise<string[]>
  /**
   * Of whom a page has told what they are found by: by every key of those months, the latest first, of as
   * many months as `most` allows. `since`: where the first month begins that was tried; undefined: all were.
   */
  sought(about: {
    readonly plane: PlaneId
    readonly sought: string
    readonly since: number
    readonly until: number
    readonly most: number
  }): Promise<{ readonly hashes: readonly string[]; readonly since: number | undefined }>
}

/**
 * A count of refusals bears the time at which it was written, shortly after that of the refusals, by
 * whose key it is hashed: over the end of a month a day is enough.
 */
const countedLateMs = 24 * 3_600_000
const firstInstant = 0
const lastInstant = Date.UTC(9999, 0)

/**
 * The filter with everything that entries may hold of what it asks of arguments. Always all of it: an
 * argument that is plain now may have been personal when a call was made.
 */
export const withHashes = async (
  filter: CallFilter,
  plane: PlaneId,
  hashes: PersonalHashes,
): Promise<CallFilter> => {
  if (!filter.terms.some(isOfArgument)) return filter
  const since = Math.max(firstInstant, (filter.since ?? firstInstant) - countedLateMs)
  const until = filter.until ?? lastInstant
  const about = { plane, since, until, users: usersOf(filter) }
  const ofTerm = async (term: Term & { readonly field: IndexedField }): Promise<Term> => {
    const texts = term.values.filter((text) => !isHashedText(text))
    if (texts.length === 0) return term
    const found = await hashes.find({ ...about, argument: argumentOf(term.field), texts })
    return found.length === 0 ? term : { ...term, hashes: new Set(found) }
  }
  const terms = await Promise.all(
    filter.terms.map((term) => (isOfArgument(term) ? ofTerm(term) : term)),
  )
  return { ...filter, terms }
}

/**
 * Whom a page looks for, as a term, and from when on: later than was asked for, where there are too many
 * keys. No call before that is in the answer, found or not, so that what it says is all of its time.
 */
export const soughtTerm = async (
  about: {
    readonly plane: PlaneId
    readonly field: IndexedField
    readonly sought: string
    readonly since: number | undefined
    readonly until: number
    readonly most: number
  },
  hashes: PersonalHashes,
): Promise<{
  readonly term: Term
  readonly since: number | undefined
  readonly isCut: boolean
}> => {
  const { field, since } = about
  const from = Math.max(firstInstant, (since ?? firstInstant) - countedLateMs)
  const found = await hashes.sought({ ...about, since: from })
  const term: Term = { field, values: [], not: false, hashes: new Set(found.hashes) }
  if (found.since === undefined) return { term, since, isCut: false }
  return { term, since: found.since + countedLateMs, isCut: true }
}

/** On whose behalf the calls were, where the filter says it: whose keys are enough. */
const usersOf = ({ terms }: CallFilter): readonly string[] | undefined =>
  terms.find(({ field, not }) => field === 'user' && !not)?.values
