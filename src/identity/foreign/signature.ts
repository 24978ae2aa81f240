import { constants, type KeyObject, verify } from 'node:crypto'
import type { ForeignAlgorithm } from '#domain/issuer-document.ts'
import { verifyEcdsa } from '#lib/ecdsa.ts'
import type { CompactParts } from '../compact.ts'
import type { ForeignKey } from './jwk.ts'

interface Scheme {
  /** Undefined for RSA, whose signatures are as long as the modulus. */
  readonly signatureBytes?: number
  verifies(bytes: Buffer, key: KeyObject, signature: Buffer): boolean
}

/** RFC 7518 §3.1, RFC 8037 §3.1. No symmetric scheme, so no public key is ever taken for a secret. */
const schemes: Readonly<Record<ForeignAlgorithm, Scheme>> = {
  // Of a key of the type rsa, RSASSA-PKCS1-v1_5 is what Node.js takes where nothing else is named.
  RS256: { verifies: (bytes, key, signature) => verify('sha256', bytes, key, signature) },
  PS256: {
    verifies: (bytes, key, signature) => verify('sha256', bytes, { key, ...pss }, signature),
  },
  ES256: {
    signatureBytes: 64,
    verifies: (bytes, key, signature) => verifyEcdsa('sha256', bytes, key, signature),
  },
  ES384: {
    signatureBytes: 96,
    verifies: (bytes, key, signature) => verifyEcdsa('sha384', bytes, key, signature),
  },
  EdDSA: {
    signatureBytes: 64,
    verifies: (bytes, key, signature) => verify(null, bytes, key, signature),
  },
}
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }

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
  const { signatureBytes, verifies } = schemes[algorithm]
  if (signature.length !== (signatureBytes ?? modulusBytes(key))) return false
  return verifies(Buffer.from(signed), key.publicKey, signature)
}

const modulusBytes = ({ publicKey }: ForeignKey): number =>
  Math.ceil((publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
