import type { IssuerDocument } from '#domain/documents.ts'
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
