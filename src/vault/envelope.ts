import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Random } from '#lib/clock.ts'
import type { SealedSecret } from '#store/store.ts'
import { bind } from './bind.ts'
import { decrypt, encrypt, KEY_BYTES, NONCE_BYTES } from './gcm.ts'
import type { Sealer } from './vault.ts'

/** Where a sealed secret belongs; it opens nowhere else. */
export interface Place {
  readonly plane: string
  readonly credential: string
  readonly version: number
}

/**
 * One data key for one version of one secret, used once: no count of nonces matters, and whoever
 * destroys the wrapped key has destroyed the secret.
 */
export function sealSecret(
  place: Place,
  secret: Uint8Array,
  { sealer, random }: { sealer: Sealer; random: Random },
): Pick<SealedSecret, 'wrappedKey' | 'nonce' | 'sealed'> {
  const key = random(KEY_BYTES)
  const nonce = random(NONCE_BYTES)
  const sealed = encrypt(createSecretKey(key), nonce, boundTo(place), secret)
  const wrappedKey = sealer.seal(key, wrappingOf(place))
  key.fill(0)
  return { wrappedKey, nonce, sealed }
}

/** The data key of a row; undefined where it is not the one that was wrapped for this place. */
export function unwrapKey(place: Place, row: SealedSecret, sealer: Sealer): KeyObject | undefined {
  const bytes = sealer.open(row.wrappedKey, wrappingOf(place))
  if (!bytes) return undefined
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

/** Undefined where the row is not the one that was sealed for this place. */
export const openSecret = (place: Place, row: SealedSecret, key: KeyObject): Buffer | undefined =>
  decrypt(key, bytesOf(row.nonce), boundTo(place), bytesOf(row.sealed))

const boundTo = ({ plane, credential, version }: Place) =>
  bind('bailiwick secret 1', plane, credential, String(version))

/** Names hold no line break, so the lines cannot run into each other. The sealer binds the plane. */
const wrappingOf = ({ credential, version }: Place) => `data key\n${credential}\n${version}`

const bytesOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
