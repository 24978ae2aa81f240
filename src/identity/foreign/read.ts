import type { IssuerDocument } from '#domain/documents.ts'
import { type ForeignAlgorithm, usualAlgorithms } from '#domain/issuer-document.ts'
import type { JsonObject } from '#lib/json.ts'
import { type CompactParts, splitCompact } from '../compact.ts'
import type { TokenProblem } from '../identity.ts'
import type { ForeignKey } from './jwk.ts'
import { readObject } from './jwks.ts'
import type { KeySource } from './key-source.ts'
import { isSignedBy } from './signature.ts'

/** A token of another issuer, in parts, of which nothing is proven yet. */
export interface Unproven {
  readonly parts: CompactParts
  /** Lower case, without `application/` (RFC 7515 §4.1.9); empty where there is none. */
  readonly typ: string
  readonly alg: string
  readonly kid: string
  /** To find out whose keys are to be asked; nothing else may be read of it before the signature holds. */
  readonly claims: JsonObject
}

export interface Proven {
  readonly claims: JsonObject
  readonly key: ForeignKey
}

const bounds = { depth: 8, nodes: 512 }
/** The last two name the certificate of a key that the issuer publishes; they are not looked at. */
const headerNames = new Set(['typ', 'alg', 'kid', 'x5t', 'x5t#S256'])

/**
 * The strict reading of any token of others (trust.md §4, RFC 8725): length, alphabet, canonical
 * base64url and duplicate-free JSON before anything is believed. The header is a closed set: no key,
 * address of a key, certificate, compression or critical extension can stand in it.
 */
export function readToken(text: string): Unproven | TokenProblem {
  const parts = splitCompact(text)
  if (typeof parts === 'string') return parts
  const header = readObject(parts.header, bounds)
  if (!header || !Object.keys(header).every((name) => headerNames.has(name))) return 'header'
  const { typ = '', alg, kid } = header
  if (typeof typ !== 'string' || typeof alg !== 'string' || typeof kid !== 'string') return 'header'
  const claims = readObject(parts.payload, bounds)
  if (!claims) return 'claims'
  return { parts, typ: typ.toLowerCase().replace(/^application\//, ''), alg, kid, claims }
}

/** By the keys of that issuer alone, and in an algorithm that it is trusted in. Never throws for what a token says. */
export async function prove(
  { parts, alg, kid, claims }: Unproven,
  issuer: IssuerDocument,
  keys: KeySource,
): Promise<Proven | TokenProblem> {
  const algorithm = (issuer.algorithms ?? usualAlgorithms).find((one) => one === alg)
  if (algorithm === undefined) return 'header'
  const key = await keys.find(kid)
  if (key === undefined) return 'unknown key'
  return isProof(key, algorithm, parts) ? { claims, key } : 'signature'
}

function isProof(key: ForeignKey, algorithm: ForeignAlgorithm, parts: CompactParts): boolean {
  try {
    return isSignedBy(key, algorithm, parts)
  } catch {
    // OpenSSL refuses some signatures by an error; that is a refusal like any.
    return false
  }
}
