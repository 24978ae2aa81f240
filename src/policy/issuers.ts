import type { Policy } from '#change/change.ts'
import type { IssuerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { type SortedMap, sortedMap } from '#lib/sorted-map.ts'

/** The issuers that a plane trusts, as identity asks for them (its own `Issuers`, in the words of this room). */
export interface Issuers {
  readonly size: number
  readonly taken: readonly string[]
  readonly signIns: readonly IssuerDocument[]
  find(issuer: string): IssuerDocument | undefined
  get(name: string): IssuerDocument | undefined
}

const known = new WeakMap<SortedMap<IssuerDocument>, Issuers>()
const none = sortedMap<IssuerDocument>()

/** By `iss`, worked out once for as long as no Issuer of the plane changes. */
export function issuersOf(documents: SortedMap<IssuerDocument> = none): Issuers {
  const before = known.get(documents)
  if (before) return before
  const byIssuer = new Map([...documents.values()].map((one) => [one.issuer, one]))
  const issuers: Issuers = {
    size: documents.size,
    taken: [...documents.values()].filter((one) => one.accessTokens).map((one) => one.issuer),
    signIns: [...documents.values()].filter((one) => one.signIn),
    find: (issuer) => byIssuer.get(issuer),
    get: (name) => documents.get(name),
  }
  known.set(documents, issuers)
  return issuers
}

/** An organisation whose people sign in at the Manager, and the planes that ask it. */
export interface AtManager {
  readonly issuer: IssuerDocument
  readonly planes: readonly PlaneId[]
}

const knownAtManager = new WeakMap<Policy, readonly AtManager[]>()

/**
 * One for each issuer and client that it knows us as, whichever planes say so: it is asked as the first
 * of them says, for what any of them wants to know.
 */
export function issuersAtManager(policy: Policy): readonly AtManager[] {
  const before = knownAtManager.get(policy)
  if (before) return before
  const all = [...policy.planes].flatMap(([plane, { issuers }]) =>
    [...issuers.values()]
      .filter(({ signIn }) => signIn?.manager)
      .map((issuer) => ({ plane, issuer })),
  )
  const groups = Map.groupBy(all, ({ issuer }) => `${issuer.issuer} ${issuer.signIn?.client.id}`)
  const made = [...groups.values()].flatMap((group): AtManager[] => {
    const [first] = group
    if (!first) return []
    const scopes = [...new Set(group.flatMap(({ issuer }) => issuer.signIn?.scopes ?? []))]
    return [{ issuer: withScopes(first.issuer, scopes), planes: group.map(({ plane }) => plane) }]
  })
  knownAtManager.set(policy, made)
  return made
}

/** The document itself where it says all of them: what was heard for it is kept by it. */
const withScopes = (issuer: IssuerDocument, scopes: string[]): IssuerDocument =>
  issuer.signIn === undefined || scopes.length === (issuer.signIn.scopes ?? []).length
    ? issuer
    : { ...issuer, signIn: { ...issuer.signIn, scopes } }
