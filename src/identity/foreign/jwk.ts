import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { ForeignAlgorithm } from '#domain/issuer-document.ts'
import { isObject, type JsonObject, type JsonValue } from '#lib/json.ts'
import { isRoca } from './roca.ts'

/** A public key of another issuer, ready for use. */
export interface ForeignKey {
  readonly kid: string
  /** What it may verify: one algorithm where the key says so or its kind leaves no choice. */
  readonly algorithms: readonly ForeignAlgorithm[]
  readonly publicKey: KeyObject
  /** What the set said of it: the same text is the same key. */
  readonly text: string
}

const kidPattern = /^[\x21-\x7e]{1,255}$/
const mostRsaBits = 8192

/**
 * One member of a key set (RFC 7517 §4), or undefined where it is none that signatures are verified
 * by here: symmetric or private, meant for encryption, too weak, or of a kind that is not known. A key
 * that is left out verifies nothing, so a set may hold others beside those that we take.
 */
export function readJwk(value: JsonValue): ForeignKey | undefined {
  if (!isObject(value) || hasPrivatePart(value) || !isForSignatures(value)) return undefined
  const { kid, alg } = value
  if (typeof kid !== 'string' || !kidPattern.test(kid)) return undefined
  const algorithms = algorithmsOf(value)?.filter((one) => alg === undefined || alg === one)
  if (algorithms === undefined || algorithms.length === 0) return undefined
  const publicKey = importKey(value)
  if (publicKey === undefined || !isStrong(publicKey)) return undefined
  return { kid, algorithms, publicKey, text: JSON.stringify(value) }
}

/** RFC 7518 §6: members of private and of symmetric keys. Whoever publishes one has lost it. */
const hasPrivatePart = (jwk: JsonObject): boolean =>
  ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].some((member) => Object.hasOwn(jwk, member))

/** `use` may be left out (RFC 7517 §4.2); SPIFFE calls it `jwt-svid` (SPIFFE trust domains §4.2.3). */
function isForSignatures({ use, key_ops: operations }: JsonObject): boolean {
  if (use !== undefined && use !== 'sig' && use !== 'jwt-svid') return false
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
}

const curves: ReadonlyMap<string, ForeignAlgorithm> = new Map([
  ['EC P-256', 'ES256'],
  ['EC P-384', 'ES384'],
  ['OKP Ed25519', 'EdDSA'],
])

function algorithmsOf({ kty, crv }: JsonObject): readonly ForeignAlgorithm[] | undefined {
  if (kty === 'RSA') return ['RS256', 'PS256']
  const algorithm = curves.get(`${kty} ${crv}`)
  return algorithm && [algorithm]
}

/** Of the members of the key itself alone; a point that is not on its curve is refused by OpenSSL. */
function importKey({ kty, crv, x, y, n, e }: JsonObject): KeyObject | undefined {
  const members = { EC: { crv, x, y }, OKP: { crv, x }, RSA: { n, e } }[String(kty)]
  if (!members || !Object.values(members).every(isBase64Url)) return undefined
  try {
    return createPublicKey({ key: { kty, ...members } as JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}

const isBase64Url = (value: JsonValue | undefined): boolean =>
  typeof value === 'string' && /^[A-Za-z0-9_-]{1,2048}$/.test(value)

/** RFC 7518 §3.3: 2048 bits and more. A small or even exponent makes forgeries possible. */
function isStrong(key: KeyObject): boolean {
  if (key.asymmetricKeyType !== 'rsa') return true
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength < 2048 || modulusLength > mostRsaBits) return false
  if (publicExponent < 65_537n || publicExponent % 2n === 0n || publicExponent >= 2n ** 32n)
    return false
  const { n = '' } = key.export({ format: 'jwk' })
  return !isRoca(BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`))
}
