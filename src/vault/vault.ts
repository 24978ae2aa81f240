import type { Loan } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'

/**
 * The vault: secrets for calling items, sealed with AES-256-GCM under a data key of their own, which
 * is wrapped by the plane's key, which is wrapped by the root key in the key file. Every layer is
 * bound to its place (plane, credential, version, purpose) as additional data, so that a row copied
 * elsewhere does not open. Nothing here ever returns a secret but `open`.
 */
export interface Vault {
  plane(id: PlaneId): PlaneVault
}

export interface PlaneVault {
  /** Stores a new version, sealed and durable when it resolves; answers its number. */
  set(credential: string, secret: Uint8Array): Promise<number>
  /** Which versions stand, never their content. */
  list(): { credential: string; version: number; at: number }[]
  /** The current version's name, for the intent; undefined where no secret has been set. Synchronous. */
  current(credential: string): Loan | undefined
  remove(credential: string): Promise<void>
  /** Called after every `set` and `remove` of the credential; children holding it must be restarted. */
  onChange(listener: (credential: string) => void): void
}

/** Seals small things of other rooms (signing keys, session ids, recorded arguments) under the plane's key. */
export interface Sealer {
  /** nonce ‖ ciphertext ‖ tag. `context` is bound and must be the same on opening. */
  seal(plain: Uint8Array, context: string): Buffer
  /** Undefined where the bytes or the context were changed. */
  open(sealed: Uint8Array, context: string): Buffer | undefined
}

/** The root key and what is derived or wrapped by it. Made at first start, file mode 0600. */
export interface Keyring {
  /** A sealer of its own key for each plane and purpose. */
  sealer(
    plane: PlaneId | 'manager',
    purpose: 'vault' | 'signing key' | 'session' | 'arguments' | 'cursor',
  ): Sealer
}
