import { type ClaimPath, claimAt } from '#domain/claim-path.ts'
import type { AgentDocument } from '#domain/documents.ts'
import type { AccessTokens } from '#domain/issuer-document.ts'
import { type ClientId, userPattern } from '#domain/name.ts'
import { isObject, type JsonObject, type JsonValue } from '#lib/json.ts'
import { areScopes, mostActors } from '../claims.ts'
import type { VerifiedToken } from '../identity.ts'

/** What is vouched for of a caller, as conditions see it. */
export type Vouched = NonNullable<AgentDocument['claims']>

/** Whom the claims of a token mean here. */
export interface Meant
  extends Pick<VerifiedToken, 'client' | 'agent' | 'consumer' | 'user' | 'through' | 'scopes'> {
  /** By name; undefined where the issuer is to tell of it and the token does not. */
  readonly claims: Readonly<Record<string, Vouched[string] | undefined>> | undefined
}

/** The one client that is meant: of an agent alone, that of its only consumer. */
export type ResolveClient = (written: string) => ClientId | undefined

/**
 * How the claims of another issuer become agent, consumer and user. Whatever could mean two, or
 * means nobody, is `ambiguous`: nothing is guessed and nothing that was said is left out.
 */
export function readCaller(
  claims: JsonObject,
  rules: AccessTokens,
  resolve: ResolveClient,
): Meant | 'ambiguous' {
  const agent = nameIn(claims, rules.agent)
  const consumer = rules.consumer && nameIn(claims, rules.consumer)
  if (agent === undefined || (rules.consumer && consumer === undefined)) return 'ambiguous'
  const client = resolve(consumer === undefined ? agent : `${agent}@${consumer}`)
  const user = userIn(claims, rules)
  const through = actorsIn(claims, rules)
  const scopes = scopesIn(claims, rules)
  const vouched = claimsIn(claims, rules.claims)
  if (!client || user === false || !through || scopes === false || vouched === false)
    return 'ambiguous'
  const [, acting = ''] = client.split('@')
  return { client, agent, consumer: acting, user, through, scopes, claims: vouched }
}

const ownName = /^[a-z][a-z0-9-]{0,23}$/

function nameIn(claims: JsonObject, rule: AccessTokens['agent']): string | undefined {
  return 'is' in rule ? rule.is : named(claimAt(claims, rule.claim), rule.names)
}

function named(
  value: JsonValue | undefined,
  names: Readonly<Record<string, string>> | undefined,
): string | undefined {
  if (typeof value !== 'string') return undefined
  if (names) return Object.hasOwn(names, value) ? names[value] : undefined
  return ownName.test(value) ? value : undefined
}

/** False where it has to be said and is not; undefined where the agent acts for nobody. */
function userIn(claims: JsonObject, { user, agent }: AccessTokens): string | undefined | false {
  if (!user) return undefined
  const value = claimAt(claims, user.claim)
  if (typeof value !== 'string' || !userPattern.test(value)) return false
  const isItself = 'claim' in agent && claimAt(claims, agent.claim) === value
  return isItself ? undefined : value
}

/**
 * RFC 8693 §4.1: with an `act` it is the actor who sends the token, so the agent has to be told by
 * it. Whoever acted before is an agent of ours too, or nobody can be asked about it.
 */
function actorsIn(claims: JsonObject, { agent }: AccessTokens): readonly string[] | undefined {
  const { act } = claims
  if (act === undefined) return nobody
  const isTold = 'claim' in agent && Array.isArray(agent.claim) && agent.claim[0] === 'act'
  if (!isTold || !isObject(act)) return undefined
  const through: string[] = []
  for (let inner = act.act; inner !== undefined; inner = inner.act) {
    if (!isObject(inner) || through.length + 1 >= mostActors) return undefined
    const one = named(inner.sub, 'names' in agent ? agent.names : undefined)
    if (one === undefined) return undefined
    through.push(one)
  }
  return through
}
const nobody: readonly string[] = []

/** RFC 9068 §2.2.3: a text; some write a list. Without the claim nothing was granted. */
function scopesIn(
  claims: JsonObject,
  { scopes = { claim: 'scope' } }: AccessTokens,
): ReadonlySet<string> | undefined | false {
  if (scopes === 'implied') return undefined
  const value = claimAt(claims, scopes.claim)
  if (value === undefined || value === '') return new Set()
  const listed: unknown = typeof value === 'string' ? value.split(' ') : value
  if (!Array.isArray(listed) || !listed.every((one) => typeof one === 'string')) return false
  return areScopes(listed) && new Set(listed)
}

function claimsIn(claims: JsonObject, rules: AccessTokens['claims']): Meant['claims'] | false {
  if (!rules) return undefined
  const all = Object.entries(rules).map(([name, path]) => [name, claimIn(claims, path)] as const)
  return all.every(([, value]) => value !== false) && Object.fromEntries(all.map(unwrapped))
}

/** In a box, so that a claim that is false is told from one that cannot be taken. */
function claimIn(
  claims: JsonObject,
  path: ClaimPath,
): { readonly value: Vouched[string] | undefined } | false {
  const value = claimAt(claims, path)
  if (value === undefined) return { value }
  return isVouchable(value) && { value }
}

const unwrapped = ([name, box]: readonly [string, ReturnType<typeof claimIn>]) =>
  [name, box === false ? undefined : box.value] as const

/** As documents hold them: what a condition can compare. */
const isVouchable = (value: JsonValue): value is Vouched[string] =>
  typeof value === 'boolean' ||
  Number.isSafeInteger(value) ||
  isShort(value) ||
  (Array.isArray(value) && value.length <= 50 && value.every(isShort))

const isShort = (value: JsonValue): boolean => typeof value === 'string' && value.length <= 200
