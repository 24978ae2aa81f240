import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { JsonValue } from '#lib/json.ts'

/** A key that a proof brings with it: nothing says whose it is but the thumbprint in a token. */
export interface ProofKey {
  readonly key: KeyObject
  /** RFC 7638, SHA-256, base64url: `cnf.jkt`. */
  readonly thumbprint: string
}

/** What we sign and verify with elsewhere, and what clients bring by themselves. No RSA, and nothing symmetric. */
export const proofAlgorithms = ['ES256', 'Ed25519', 'EdDSA'] as const
export type ProofAlgorithm = (typeof proofAlgorithms)[number]

/** RFC 7638 §3.2: the members that make the key, in the order in which they are hashed. */
const kinds = {
  EC: { crv: 'P-256', members: ['crv', 'kty', 'x', 'y'] },
  OKP: { crv: 'Ed25519', members: ['crv', 'kty', 'x'] },
} as const
const kindOf: Readonly<Record<ProofAlgorithm, keyof typeof kinds>> = {
  ES256: 'EC',
  Ed25519: 'OKP',
  EdDSA: 'OKP',
}

/** Said of a key without being it; whatever else stands in one could be its private half (RFC 7517 §4, §9.3). */
const remarks = new Set(['kid', 'use', 'alg', 'key_ops', 'ext'])

/** 32 bytes as base64url, whose last character has two unused bits: zero. */
const coordinate = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** Undefined where it is anything else than one public key of the kind that the algorithm takes. */
export const readProofKey = (jwk: JsonValue, alg: ProofAlgorithm): ProofKey | undefined => {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return undefined
  const { crv, members } = kinds[kindOf[alg]]
  const said = jwk as Readonly<Record<string, JsonValue>>
  const own: readonly string[] = members
  if (!Object.keys(said).every((name) => own.includes(name) || remarks.has(name))) return undefined
  if (said.kty !== kindOf[alg] || said.crv !== crv) return undefined
  const parts = members.map((name): [string, unknown] => [name, said[name]])
  if (!parts.every(([name, part]) => name.length > 1 || isCoordinate(part))) return undefined
  const bare = Object.fromEntries(parts)
  const key = importKey(bare)
  return key && { key, thumbprint: sha256(JSON.stringify(bare)) }
}

const isCoordinate = (part: unknown): boolean => typeof part === 'string' && coordinate.test(part)

/** OpenSSL refuses a point that is not on the curve. */
const importKey = (jwk: Record<string, unknown>): KeyObject | undefined => {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined
  }
}

export const sha256 = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('base64url')
