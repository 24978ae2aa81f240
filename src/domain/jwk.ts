import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { z } from 'zod'

/**
 * Public keys as documents have them (RFC 7517). The private part has no member here, so that a key
 * pair that was pasted by mistake is refused; nor has what names a certificate or an address, since a
 * key is what stands in the document and nothing that could be fetched.
 */
const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding')
const printable = z.string().regex(/^[\x20-\x7E]{1,128}$/, 'must be 1 to 128 printable characters')

const more = {
  kid: printable.optional().describe('Which of the keys an assertion is signed by.'),
  use: z.literal('sig').optional(),
  key_ops: z.tuple([z.literal('verify')]).optional(),
}

const ecKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.enum(['P-256', 'P-384', 'P-521']),
  x: base64url(88),
  y: base64url(88),
  alg: z.enum(['ES256', 'ES384', 'ES512']).optional(),
  ...more,
})

const okpKey = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: base64url(43),
  alg: z.enum(['EdDSA', 'Ed25519']).optional(),
  ...more,
})

const rsaKey = z.strictObject({
  kty: z.literal('RSA'),
  n: base64url(683).describe('2048 to 4096 bits.'),
  e: z.literal('AQAB'),
  alg: z.enum(['PS256', 'PS384', 'PS512', 'RS256']).optional(),
  ...more,
})

const anyKey = z.union([ecKey, okpKey, rsaKey])
export type Jwk = z.infer<typeof anyKey>

const jwk = anyKey.refine(
  (key) => isStrong(readKey(key)),
  'is no public key, or an RSA key below 2048 bits',
)

/** More than a few keys at once is no rotation; each of them may be tried for one assertion. */
const mostKeys = 10

export const jwks = z.strictObject({
  keys: z
    .array(jwk)
    .min(1)
    .max(mostKeys)
    .refine((keys) => {
      const ids = keys.map(({ kid }) => kid)
      return keys.length === 1 || (!ids.includes(undefined) && new Set(ids).size === ids.length)
    }, 'must tell its keys apart: each has a kid of its own'),
})
export type Jwks = z.infer<typeof jwks>

/** Undefined where the members make no key, as a point that does not lie on its curve. */
function readKey(key: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: key as JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}

const isStrong = (key: KeyObject | undefined): boolean =>
  key !== undefined &&
  (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048)
