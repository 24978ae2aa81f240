import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  hash,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { SigningKeyRow } from '#store/store.ts'

/** Seals the private part of signing keys under their plane's key; the vault's keyring is one. */
export interface KeySealing {
  prepare(plane: PlaneId): Promise<void>
  sealer(
    plane: PlaneId,
    purpose: 'signing key',
  ): {
    seal(plain: Uint8Array, context: string): Buffer
    /** Undefined where the bytes or the context were changed. */
    open(sealed: Uint8Array, context: string): Buffer | undefined
  }
}

/** One of a plane's keys, ready for use: nothing is parsed or unsealed per token. */
export interface SigningKey {
  /** RFC 7638 thumbprint, so no two keys share one. */
  readonly kid: string
  readonly alg: 'ES256'
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly publicJwk: Readonly<Record<string, string>>
  readonly number: number
  /** UTC milliseconds: when it was made, and from when on it signs. */
  readonly at: number
  readonly signsFrom: number
}

/**
 * The private part is stored sealed under its plane's key and bound to its kid, so neither another
 * plane's row nor another key's opens.
 */
export async function makeKey(
  keyring: KeySealing,
  plane: PlaneId,
  about: Pick<SigningKeyRow, 'purpose' | 'number' | 'at' | 'signsFrom'>,
): Promise<SigningKeyRow> {
  const pair = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const kid = thumbprint(pair.publicKey)
  const der = pair.privateKey.export({ format: 'der', type: 'pkcs8' })
  const sealedPrivate = keyring.sealer(plane, 'signing key').seal(der, contextOf(kid, about))
  der.fill(0)
  const publicJwk = JSON.stringify(asJwk(pair.publicKey, kid))
  return { kid, alg: 'ES256', publicJwk, sealedPrivate, ...about }
}

export function openKey(keyring: KeySealing, plane: PlaneId, row: SigningKeyRow): SigningKey {
  const { kid, number, at, signsFrom } = row
  const sealed = keyring.sealer(plane, 'signing key').open(row.sealedPrivate, contextOf(kid, row))
  if (sealed === undefined || row.alg !== 'ES256') {
    throw new Fault('bad_key', { detail: `signing key ${kid} of plane ${plane} does not open` })
  }
  const privateKey = createPrivateKey({ key: sealed, format: 'der', type: 'pkcs8' })
  sealed.fill(0)
  // The public part is derived from the sealed one: a changed row cannot make us trust another key.
  const publicKey = createPublicKey(privateKey)
  const publicJwk = asJwk(publicKey, kid)
  return { kid, alg: 'ES256', privateKey, publicKey, publicJwk, number, at, signsFrom }
}

/** A key of one purpose opens for no other; those of access tokens were sealed before there was another. */
const contextOf = (kid: string, { purpose }: Pick<SigningKeyRow, 'purpose'>): string =>
  purpose === 'access' ? `signing key ${kid}` : `signing key ${kid} for ${purpose}`

function asJwk(publicKey: KeyObject, kid: string): Readonly<Record<string, string>> {
  const { kty = '', crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' }
}

/** RFC 7638 §3: the required members, in byte order, hashed. */
function thumbprint(publicKey: KeyObject): string {
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' })
  return hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url')
}
