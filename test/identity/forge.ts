import { encode, signSegments } from './signing.ts'
import { startMs, type World } from './world.ts'

export const nowS = startMs / 1000

/** What identity itself would write, as objects to be spoilt. */
export const goodClaims = {
  iss: 'https://gw.example/oauth/ops',
  sub: 'planner',
  client_id: 'planner@workplace-ai',
  aud: 'https://gw.example/mcp/ops',
  iat: nowS,
  exp: nowS + 300,
  jti: 'AAAAAAAAAAAAAAAAAAAAAA',
}

export interface Forger {
  readonly kid: string
  readonly goodHeader: { readonly typ: string; readonly alg: string; readonly kid: string }
  /** Signed by the plane's own key, so that nothing but the named defect is wrong. */
  header(changes: object): string
  claims(changes: object): string
  /** The same from texts, for what no object can say: duplicates, byte order marks, odd numbers. */
  texts(header: string | Uint8Array, payload: string | Uint8Array): string
  segments(header: string, payload: string): string
  /** Another signature under a good header and payload. */
  signedBy(sign: (signed: string, good: Buffer) => Uint8Array | string): string
}

export async function createForger(world: World): Promise<Forger> {
  const { kid, key } = await world.privateKey()
  const goodHeader = { typ: 'at+jwt', alg: 'ES256', kid }
  const segments = (header: string, payload: string) => signSegments(key, header, payload)
  const texts: Forger['texts'] = (header, payload) => segments(encode(header), encode(payload))
  return {
    kid,
    goodHeader,
    segments,
    texts,
    header: (changes) => texts(json({ ...goodHeader, ...changes }), json(goodClaims)),
    claims: (changes) => texts(json(goodHeader), json({ ...goodClaims, ...changes })),
    signedBy(sign) {
      const [header = '', payload = '', good = ''] = texts(
        json(goodHeader),
        json(goodClaims),
      ).split('.')
      const signature = sign(`${header}.${payload}`, Buffer.from(good, 'base64url'))
      return `${header}.${payload}.${typeof signature === 'string' ? signature : encode(signature)}`
    },
  }
}

export const json = (value: object): string => JSON.stringify(value)
