import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { exchange } from '../peers/wire.ts'

/** What a proof says otherwise than a good one does. */
export interface Otherwise {
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  /** Signs with something else than the key in the header. */
  readonly key?: Parameters<SignJWT['sign']>[0]
}

export interface ToProve {
  readonly method: string
  readonly url: string
  readonly token?: string
  readonly nonce?: string | undefined
}

/** A client's key and the proofs that it makes, by a library that has nothing in common with the product. */
export async function createProver(alg: 'ES256' | 'Ed25519' | 'EdDSA' | 'ES384' = 'ES256') {
  const pair = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(pair.publicKey)
  const proof = (
    { method, url, token, nonce }: ToProve,
    { claims = {}, header = {}, key = pair.privateKey }: Otherwise = {},
  ): Promise<string> => {
    const said = {
      jti: randomUUID(),
      htm: method,
      htu: url,
      iat: Math.floor(Date.now() / 1000),
      ...(token !== undefined && { ath: createHash('sha256').update(token).digest('base64url') }),
      ...(nonce !== undefined && { nonce }),
      ...claims,
    }
    return new SignJWT(said)
      .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk, ...header } as never)
      .sign(key)
  }
  return {
    proof,
    jwk,
    privateJwk: (): Promise<JWK> => exportJWK(pair.privateKey),
    thumbprint: await calculateJwkThumbprint(jwk),
  }
}
export type Prover = Awaited<ReturnType<typeof createProver>>

export const basic = (client: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`).toString('base64')}`

/** A token request with a proof, as it stands. */
export async function askToken(
  url: string,
  about: {
    client: string
    secret: string
    proof?: string | undefined
    form?: Record<string, string>
    headers?: Record<string, string>
  },
) {
  const { client, secret, proof, form = {}, headers = {} } = about
  const answer = await exchange(url, {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: basic(client, secret),
      ...(proof !== undefined && { dpop: proof }),
      ...headers,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString(),
  })
  const nonce = answer.headers['dpop-nonce']
  return {
    status: answer.status,
    nonce: typeof nonce === 'string' ? nonce : undefined,
    json: JSON.parse(answer.body) as Record<string, unknown>,
  }
}

/** A token bound to the prover's key, as a client gets it: told the nonce, it asks again. */
export async function boundToken(
  url: string,
  prover: Prover,
  about: { client: string; secret: string; form?: Record<string, string> },
): Promise<{ token: string; nonce: string }> {
  const first = await askToken(url, {
    ...about,
    proof: await prover.proof({ method: 'POST', url }),
  })
  const { nonce } = first
  const proof = await prover.proof({ method: 'POST', url, nonce })
  const { status, json } = await askToken(url, { ...about, proof })
  if (status !== 200 || nonce === undefined) throw new Error(JSON.stringify({ first, json }))
  return { token: String(json.access_token), nonce }
}
