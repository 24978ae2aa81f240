import type { IncomingMessage, ServerResponse } from 'node:http'
import { type HouseKey, makeKey, signAs, startHouse } from '../identity/house.ts'
import { encode } from '../identity/signing.ts'

/** What a test changes of an organisation that is otherwise in order. */
export interface Twist {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly signedBy?: HouseKey
  readonly metadata?: Readonly<Record<string, unknown>>
  /** In place of the whole token. */
  readonly idToken?: (token: string) => string
}

/** An organisation by hand, which says whatever a test wants it to say. */
export const startHostile = async () => {
  const house = await startHouse(['ES256'])
  const { issuer } = house
  let twist: Twist = {}
  let nonce = ''
  let redeemed = 0

  const idToken = (): string => {
    const { claims = {}, header = {}, signedBy = house.key('ES256'), idToken = same } = twist
    const nowS = Math.floor(Date.now() / 1000)
    const said = {
      ...{ iss: issuer, sub: 'ana', aud: 'bailiwick', nonce, groups: ['soc-analysts'] },
      ...{ iat: nowS, exp: nowS + 3600, auth_time: nowS },
      ...claims,
    }
    const head = { alg: signedBy.alg, kid: signedBy.kid, ...header }
    const signed = `${encode(JSON.stringify(head))}.${encode(JSON.stringify(said))}`
    return idToken(`${signed}.${encode(signAs(signedBy.alg, signedBy.privateKey, signed))}`)
  }
  const sendJson = (response: ServerResponse, body: object): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url === '/token') {
      redeemed++
      const tokens = { access_token: 'for-nothing', token_type: 'Bearer', id_token: idToken() }
      sendJson(response, tokens)
    } else if (request.url === '/keys') sendJson(response, JSON.parse(house.published()))
    else
      sendJson(response, {
        ...{ issuer, jwks_uri: `${issuer}/keys`, token_endpoint: `${issuer}/token` },
        authorization_endpoint: `${issuer}/authorize`,
        authorization_response_iss_parameter_supported: true,
        id_token_signing_alg_values_supported: ['ES256'],
        ...twist.metadata,
      })
  }
  house.answerWith(answer)
  return {
    ...house,
    /** Where it sends a browser back to that came with this address. */
    back(gone: URL, changed: Record<string, string | undefined> = {}): URL {
      nonce = gone.searchParams.get('nonce') ?? ''
      const url = new URL(gone.searchParams.get('redirect_uri') ?? '')
      const state = gone.searchParams.get('state') ?? ''
      for (const [name, value] of Object.entries({ code: 'c0de', state, iss: issuer, ...changed }))
        if (value !== undefined) url.searchParams.set(name, value)
      return url
    },
    twist(made: Twist) {
      twist = made
    },
    /** How many codes were brought to it. */
    redeemed: () => redeemed,
    strangers: makeKey('ES256', 'ES256-key'),
  }
}

const same = (token: string): string => token
