import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'

/** NIST SP 800-38D §8.2.2: a random nonce of 96 bits. */
export const NONCE_BYTES = 12
/** The full tag: shorter ones are easier to forge (SP 800-38D, appendix C). */
export const TAG_BYTES = 16
export const KEY_BYTES = 32

const cipher = 'aes-256-gcm'
const options = { authTagLength: TAG_BYTES }

/**
 * ciphertext ‖ tag. A pair of key and nonce must never be used twice. Keys are
 * KeyObjects, since making one of bytes costs several times what sealing costs.
 */
export function encrypt(key: KeyObject, nonce: Buffer, bound: Buffer, plain: Uint8Array): Buffer {
  const sealing = createCipheriv(cipher, key, nonce, options)
  sealing.setAAD(bound)
  const text = sealing.update(plain)
  sealing.final()
  return Buffer.concat([text, sealing.getAuthTag()])
}

/** Undefined where key, nonce, bound data, ciphertext or tag are not those of `encrypt`. */
export function decrypt(
  key: KeyObject,
  nonce: Buffer,
  bound: Buffer,
  sealed: Buffer,
): Buffer | undefined {
  if (nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) return undefined
  const opening = createDecipheriv(cipher, key, nonce, options)
  opening.setAAD(bound)
  opening.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const plain = opening.update(sealed.subarray(0, sealed.length - TAG_BYTES))
  try {
    opening.final()
    return plain
  } catch {
    plain.fill(0)
    return undefined
  }
}
