import { constants, verify } from 'node:crypto'
import type { ForeignAlgorithm } from '#domain/issuer-document.ts'
import type { CompactParts } from '../compact.ts'
import type { ForeignKey } from './jwk.ts'

interface Scheme {
  readonly digest: 'sha256' | 'sha384' | null
  readonly options?: object
  /** Undefined for RSA, whose signatures are as long as the modulus. */
  readonly signatureBytes?: number
}

/** RFC 7518 §3.1, RFC 8037 §3.1. No symmetric scheme, so no public key is ever taken for a secret. */
const schemes: Readonly<Record<ForeignAlgorithm, Scheme>> = {
  RS256: { digest: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
  PS256: {
    digest: 'sha256',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  },
  ES256: { digest: 'sha256', options: { dsaEncoding: 'ieee-p1363' }, signatureBytes: 64 },
  ES384: { digest: 'sha384', options: { dsaEncoding: 'ieee-p1363' }, signatureBytes: 96 },
  EdDSA: { digest: null, signatureBytes: 64 },
}

/**
 * Whether the signature is the key's, in exactly the algorithm that the token names and the key is
 * for. Either value of s is taken of an elliptic curve: other issuers do not choose the lower one.
 */
export function isSignedBy(
  key: ForeignKey,
  algorithm: ForeignAlgorithm,
  { signed, signature }: CompactParts,
): boolean {
  if (!key.algorithms.includes(algorithm)) return false
  const { digest, options, signatureBytes } = schemes[algorithm]
  if (signature.length !== (signatureBytes ?? modulusBytes(key))) return false
  return verify(digest, Buffer.from(signed), { key: key.publicKey, ...options }, signature)
}

const modulusBytes = ({ publicKey }: ForeignKey): number =>
  Math.ceil((publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
