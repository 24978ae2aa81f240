import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Installation } from '#gateway/installation.ts'
import type { Store } from '#store/store.ts'
import type { Keyring } from '#vault/vault.ts'

/** A plane's only private key, opened the way identity opens it: for signing what identity would not. */
export async function openSigningKey(store: Store, keyring: Keyring, plane: PlaneId) {
  const [row] = await store.plane(plane).signingKeys.list('access')
  if (row === undefined) throw new Error('no key yet: mint first')
  const context = `signing key ${row.kid}`
  const der = keyring.sealer(plane, 'signing key').open(row.sealedPrivate, context)
  if (der === undefined) throw new Error('the key does not open')
  return { kid: row.kid, key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) }
}

/** A token of this installation that says on whose behalf, which its issuer writes for nobody yet. */
export const mintOnBehalf = (
  installation: Installation,
  about: { plane: PlaneId; client: ClientId; user: string; resource: string },
): Promise<string> =>
  mintSaying(installation, about, ({ sub }) => ({ sub: about.user, act: { sub } }))

/** A token of this installation with other claims than its issuer would write. */
export async function mintSaying(
  installation: Installation,
  { plane, client, resource }: { plane: PlaneId; client: ClientId; resource: string },
  more: (claims: { readonly sub: string; readonly iat: number }) => object,
): Promise<string> {
  // What compose makes holds more than its edges are shown.
  const { store, keyring } = installation as Installation & { store: Store; keyring: Keyring }
  const { token } = await installation.identity.mint(plane, client, resource)
  const [header = '', payload = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const { key } = await openSigningKey(store, keyring, plane)
  return signSegments(key, header, encode(JSON.stringify({ ...claims, ...more(claims) })))
}

export const encode = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url')

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** The other value of s that verifies, by arithmetic of our own. */
export function otherS(signature: Buffer): Buffer {
  const s = order - BigInt(`0x${signature.subarray(32).toString('hex')}`)
  const bytes = Buffer.from(s.toString(16).padStart(64, '0'), 'hex')
  return Buffer.concat([signature.subarray(0, 32), bytes])
}

const isHigh = (signature: Buffer): boolean =>
  BigInt(`0x${signature.subarray(32).toString('hex')}`) > order / 2n

/** A signature by the key over any two segments, whatever they say, with a low s as ours have. */
export function signSegments(key: KeyObject, header: string, payload: string) {
  const signed = `${header}.${payload}`
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
  const low = isHigh(signature) ? otherS(signature) : signature
  return `${signed}.${encode(low)}`
}
