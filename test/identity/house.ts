import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { encode, signSegments } from './signing.ts'

export type Alg = 'RS256' | 'PS256' | 'ES256' | 'ES384' | 'EdDSA'

const pair = (alg: Alg): { publicKey: KeyObject; privateKey: KeyObject } => {
  if (alg === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' })
  if (alg === 'ES384') return generateKeyPairSync('ec', { namedCurve: 'P-384' })
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** By arithmetic of the tests' own: what another house would sign, whatever it says. */
export function signAs(alg: Alg, key: KeyObject, signed: string): Buffer {
  const bytes = Buffer.from(signed)
  if (alg === 'EdDSA') return sign(null, bytes, key)
  if (alg === 'ES256') return sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' })
  if (alg === 'ES384') return sign('sha384', bytes, { key, dsaEncoding: 'ieee-p1363' })
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  return sign('sha256', bytes, { key, ...(alg === 'PS256' && pss) })
}

export interface HouseKey {
  readonly kid: string
  readonly alg: Alg
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: Record<string, unknown>
  /** Of our own tokens no other s is taken. */
  readonly lowS?: boolean
}

export function makeKey(alg: Alg, kid: string): HouseKey {
  const { publicKey, privateKey } = pair(alg)
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
  return { kid, alg, privateKey, publicKey, jwk }
}

export const compact = (key: HouseKey, header: string, payload: string): string => {
  if (key.lowS) return signSegments(key.privateKey, encode(header), encode(payload))
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${encode(signAs(key.alg, key.privateKey, signed))}`
}

/** Another house, with keys of every kind and whatever answer a test wants of it. */
export async function startHouse(algs: readonly Alg[] = ['ES256']) {
  const keys = new Map(algs.map((alg) => [alg, makeKey(alg, `${alg}-key`)]))
  const asked: string[] = []
  const published = () => JSON.stringify({ keys: [...keys.values()].map(({ jwk }) => jwk) })
  const usual = (request: IncomingMessage, response: ServerResponse): void => {
    const isMetadata = request.url === '/.well-known/openid-configuration'
    const metadata = JSON.stringify({ issuer: house.issuer, jwks_uri: `${house.issuer}/keys` })
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(isMetadata ? metadata : published())
  }
  let answer = usual
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const house = {
    issuer: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    keys,
    /** What it was asked for. */
    asked,
    published,
    key(alg: Alg): HouseKey {
      const key = keys.get(alg)
      if (!key) throw new Error(`no ${alg} here`)
      return key
    },
    answerWith(other: typeof usual | undefined) {
      answer = other ?? usual
    },
    token: (claims: object, { alg = 'ES256' as Alg, header = {} } = {}): string => {
      const key = house.key(alg)
      const head = { typ: 'at+jwt', alg, kid: key.kid, ...header }
      return compact(key, JSON.stringify(head), JSON.stringify(claims))
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
  return house
}
export type House = Awaited<ReturnType<typeof startHouse>>
