import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { Random } from '#lib/clock.ts'
import { bind } from './bind.ts'
import { decrypt, encrypt, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from './gcm.ts'
import type { Sealer } from './vault.ts'

/** What is sealed begins with it, so that another layout can come beside this one. */
const FORMAT = 1
const SALT_BYTES = 16
const HEAD_BYTES = 1 + SALT_BYTES + NONCE_BYTES

/**
 * NIST SP 800-38D §8.3 allows 2³² random nonces a key, which recorded arguments could use up within
 * the life of a plane. So the key that seals is derived with a salt that is drawn anew at each start
 * and after this many messages; the salt travels with what it sealed.
 */
const MESSAGES_PER_SALT = 2 ** 28
/** Of starts before this one, for opening; beyond it they are derived again, about 5 µs each. */
const KEPT_KEYS = 256
const NONCES_AT_ONCE = 256

interface SealerParts {
  readonly key: KeyObject
  readonly plane: string
  readonly purpose: string
  readonly random: Random
  /** Of several sealers that share one, since most of them seal little. */
  readonly nonces?: () => Buffer
}

/** format ‖ salt ‖ nonce ‖ ciphertext ‖ tag, AES-256-GCM, bound to plane, purpose and context. */
export function createSealer(parts: SealerParts): Sealer {
  const { key, plane, purpose, random } = parts
  const place = bind('bailiwick', plane, purpose)
  const derive = (salt: Buffer) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', key, salt, place, KEY_BYTES)))
  const opened = new Map<string, KeyObject>()
  const drawNonce = parts.nonces ?? createNonces(random)
  let salt = random(SALT_BYTES)
  let sealing = derive(salt)
  let sealed = 0

  const boundTo = (context: string) => Buffer.concat([place, bind(context)])
  const renew = () => {
    salt = random(SALT_BYTES)
    sealing = derive(salt)
    sealed = 0
  }

  return {
    seal(plain, context) {
      if (sealed++ >= MESSAGES_PER_SALT) renew()
      const nonce = drawNonce()
      const text = encrypt(sealing, nonce, boundTo(context), plain)
      return Buffer.concat([Buffer.of(FORMAT), salt, nonce, text])
    },
    open(bytes, context) {
      const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      if (whole.length < HEAD_BYTES + TAG_BYTES || whole[0] !== FORMAT) return undefined
      const itsSalt = whole.subarray(1, 1 + SALT_BYTES)
      const name = itsSalt.toString('latin1')
      const known = salt.equals(itsSalt) ? sealing : opened.get(name)
      const itsKey = known ?? derive(itsSalt)
      const nonce = whole.subarray(1 + SALT_BYTES, HEAD_BYTES)
      const plain = decrypt(itsKey, nonce, boundTo(context), whole.subarray(HEAD_BYTES))
      // Only after it opened: bytes that a stranger made up must not push out keys that are in use.
      if (plain && !known) keep(opened, name, itsKey)
      return plain
    },
  }
}

/** Nonces are no secrets, so they are drawn many at a time: one by one costs as much as sealing. */
export function createNonces(random: Random): () => Buffer {
  let pool = random(0)
  let at = 0
  return () => {
    if (at >= pool.length) {
      pool = random(NONCE_BYTES * NONCES_AT_ONCE)
      at = 0
    }
    at += NONCE_BYTES
    return pool.subarray(at - NONCE_BYTES, at)
  }
}

function keep(keys: Map<string, KeyObject>, name: string, key: KeyObject): void {
  const oldest = keys.size >= KEPT_KEYS ? keys.keys().next().value : undefined
  if (oldest !== undefined) keys.delete(oldest)
  keys.set(name, key)
}
