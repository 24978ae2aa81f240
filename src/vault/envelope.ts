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
  const sealed = encrypt(key, nonce, boundTo(place), secret)
  const wrappedKey = sealer.seal(key, wrappingOf(place))
  key.fill(0)
  return { wrappedKey, nonce, sealed }
}

/** Undefined where the row is not the one that was sealed for this place. */
export function openSecret(place: Place, row: SealedSecret, sealer: Sealer): Buffer | undefined {
  const key = sealer.open(row.wrappedKey, wrappingOf(place))
  if (!key) return undefined
  const secret = decrypt(key, bytesOf(row.nonce), boundTo(place), bytesOf(row.sealed))
  key.fill(0)
  return secret
}

const boundTo = ({ plane, credential, version }: Place) =>
  bind('bailiwick secret 1', plane, credential, String(version))

/** Names hold no line break, so the lines cannot run into each other. The sealer binds the plane. */
const wrappingOf = ({ credential, version }: Place) => `data key\n${credential}\n${version}`

const bytesOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
