import type { ItemDocument } from './documents.ts'

type Credential = ItemDocument['credential']

/** The secret of the vault that an item is lent; undefined where it is none. */
export const secretOf = (credential: Credential): string | undefined =>
  credential && 'name' in credential ? credential.name : undefined

/** The header that its credential is written into; undefined where that is none. */
export function headerOf(credential: Credential): string | undefined {
  if (credential === undefined || 'env' in credential) return undefined
  return 'perCall' in credential ? 'Authorization' : credential.header
}

/**
 * Where an item is, as a token for it says (RFC 8707 §2): its URL without a query, and without the
 * slash where that is all of its path. Undefined for what a runner starts.
 */
export function audienceOf({ upstream }: ItemDocument): string | undefined {
  if (!('url' in upstream)) return undefined
  const { origin, pathname } = new URL(upstream.url)
  return pathname === '/' ? origin : origin + pathname
}
