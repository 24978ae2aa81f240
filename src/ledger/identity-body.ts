import type {
  ApiKeyIssued,
  ApiKeyRevoked,
  PersonChanged,
  SignedIn,
  SignedOut,
  TokenIssued,
} from '#domain/entry.ts'
import { integer } from './integer.ts'

/** What is entered of how agents and people prove who they are. */
type IdentityEntry =
  | TokenIssued
  | ApiKeyIssued
  | ApiKeyRevoked
  | SignedIn
  | SignedOut
  | PersonChanged

/** With its keys in order: see `bodyOf`. */
export const sortedIdentity = (entry: IdentityEntry): IdentityEntry => {
  switch (entry.type) {
    case 'token.issued':
      return tokenIssued(entry)
    case 'api-key.issued':
      return apiKeyIssued(entry)
    case 'api-key.revoked':
      return apiKeyRevoked(entry)
    case 'person.signed-in':
      return signedIn(entry)
    case 'person.signed-out':
      return signedOut(entry)
    case 'person.changed':
      return personChanged(entry)
  }
}

const tokenIssued = (entry: TokenIssued): TokenIssued => ({
  at: integer(entry.at),
  audience: entry.audience,
  ...(entry.binding === undefined ? {} : { binding: entry.binding }),
  by: entry.by,
  client: entry.client,
  expiresAt: integer(entry.expiresAt),
  plane: entry.plane,
  ...(entry.run === undefined ? {} : { run: entry.run }),
  scopes: entry.scopes,
  ...(entry.thumbprint === undefined ? {} : { thumbprint: entry.thumbprint }),
  token: entry.token,
  type: entry.type,
  ...(entry.user === undefined ? {} : { user: entry.user }),
  v: 1,
})

const apiKeyIssued = (entry: ApiKeyIssued): ApiKeyIssued => ({
  apiKey: entry.apiKey,
  at: integer(entry.at),
  by: entry.by,
  client: entry.client,
  endsAt: integer(entry.endsAt),
  label: entry.label,
  plane: entry.plane,
  revision: integer(entry.revision),
  scopes: entry.scopes,
  type: entry.type,
  v: 1,
  why: entry.why,
})

const apiKeyRevoked = (entry: ApiKeyRevoked): ApiKeyRevoked => ({
  apiKey: entry.apiKey,
  at: integer(entry.at),
  by: entry.by,
  client: entry.client,
  plane: entry.plane,
  revision: integer(entry.revision),
  type: entry.type,
  v: 1,
  why: entry.why,
})

const signedIn = (entry: SignedIn): SignedIn => ({
  ...(entry.acr !== undefined && { acr: entry.acr }),
  at: integer(entry.at),
  endsAt: integer(entry.endsAt),
  ...(entry.issuer !== undefined && { issuer: entry.issuer }),
  label: entry.label,
  person: entry.person,
  plane: entry.plane,
  token: entry.token,
  type: entry.type,
  v: 1,
})

const signedOut = (entry: SignedOut): SignedOut => ({
  at: integer(entry.at),
  by: entry.by,
  person: entry.person,
  plane: entry.plane,
  token: entry.token,
  type: entry.type,
  v: 1,
})

const personChanged = (entry: PersonChanged): PersonChanged => ({
  at: integer(entry.at),
  by: entry.by,
  done: entry.done,
  person: entry.person,
  plane: entry.plane,
  role: entry.role,
  type: entry.type,
  v: 1,
})
