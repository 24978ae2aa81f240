import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request, type ServerResponse } from 'node:http'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'

/** One request as it came, and what was found about it. */
export type Arrived = {
  readonly method: string
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Of a token that was good. */
  readonly claims: Said | undefined
  /** Why nothing went on; undefined where it did. */
  readonly refused: string | undefined
}

const said = z.object({
  sub: z.string(),
  act: z.unknown().optional(),
  client_id: z.string(),
  jti: z.string(),
  iat: z.number(),
  exp: z.number(),
  txn: z.string().optional(),
  scope: z.string().optional(),
  call: z.object({
    http: z.string(),
    target: z.string(),
    digest: z.string(),
    method: z.string().optional(),
    kind: z.string().optional(),
    name: z.string().optional(),
  }),
})
export type Said = z.infer<typeof said>

export type Sidecar = {
  /** Where it stands for its target. */
  readonly origin: string
  readonly arrived: Arrived[]
  /** Whose tokens it takes from now on. */
  trust(issuer: string): void
  /** A thief on the way: while it is on, calls that come are kept, and their tokens not used up. */
  intercept(on: boolean): void
  /** Its clock runs ahead by so much. */
  ahead(ms: number): void
  stop(): Promise<void>
}

/**
 * Stands in front of a server, as its owner would put it there, and lets nothing through without a
 * token for this very request: of the issuer that it trusts, by the keys that this publishes, for its
 * own address, a minute old at most, never seen before, and made for these bytes. Written against
 * docs/identity.md and the RFCs, with nothing of the product's code.
 */
export async function startSidecar(target: string, path = ''): Promise<Sidecar> {
  const arrived: Arrived[] = []
  const seen = new Set<string>()
  let issuer: string | undefined
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined
  let aheadMs = 0
  let isIntercepted = false

  /** The claims, or why there are none. */
  async function check(one: Omit<Arrived, 'claims' | 'refused'>): Promise<Said | string> {
    const [, token] = /^Bearer ([\w.-]+)$/.exec(one.headers.authorization ?? '') ?? []
    if (token === undefined) return 'no token'
    if (issuer === undefined) return 'no issuer'
    keys ??= await keysOf(issuer)
    const about = {
      typ: 'bailiwick-call+jwt',
      algorithms: ['ES256'],
      issuer,
      audience: origin + path,
      requiredClaims: ['sub', 'client_id', 'jti', 'iat', 'exp', 'call'],
      maxTokenAge: 60,
      currentDate: new Date(Date.now() + aheadMs),
    }
    const verified = await jwtVerify(token, keys, about).catch((error: Error) => error.message)
    return typeof verified === 'string' ? verified : suits(verified.payload, one)
  }

  function suits(payload: JWTPayload, one: Omit<Arrived, 'claims' | 'refused'>): Said | string {
    const { data: claims } = said.safeParse(payload)
    if (claims === undefined) return 'other claims'
    const { call, jti, iat, exp } = claims
    if (exp - iat > 60) return 'a life of more than a minute'
    if (call.http !== one.method || call.target !== one.target) return 'another request'
    if (call.digest !== createHash('sha256').update(one.body).digest('base64url'))
      return 'other arguments'
    const named = nameIn(one.body)
    if (named !== undefined && named !== call.name) return 'another capability'
    if (seen.has(jti)) return 'used before'
    seen.add(jti)
    return claims
  }

  const listener = createServer(async (inbound, response) => {
    const body = Buffer.concat(await inbound.toArray())
    const { method = '', url = '', headers } = inbound
    const one = { method, target: url, headers, body }
    const found = isIntercepted && nameIn(body) !== undefined ? 'intercepted' : await check(one)
    const refused = typeof found === 'string' ? found : undefined
    arrived.push({ ...one, claims: typeof found === 'string' ? undefined : found, refused })
    if (refused === undefined) return pass(one, target, response)
    response.writeHead(401, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ refused }))
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`

  return {
    origin,
    arrived,
    trust(next) {
      issuer = next
      keys = undefined
    },
    intercept(on) {
      isIntercepted = on
    },
    ahead(ms) {
      aheadMs = ms
    },
    async stop() {
      listener.close()
      listener.closeAllConnections()
      await once(listener, 'close')
    },
  }
}

/** RFC 8414 §3: where the keys are is the issuer's to say. */
async function keysOf(issuer: string): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const { origin, pathname } = new URL(issuer)
  const answer = await fetch(`${origin}/.well-known/oauth-authorization-server${pathname}`)
  const metadata = z.object({ issuer: z.literal(issuer), jwks_uri: z.url() })
  const url = new URL(metadata.parse(await answer.json()).jwks_uri)
  // For as long as they say that they may be kept; for a key that is not among them nobody asks again.
  const { headers } = await fetch(url, { method: 'HEAD' })
  const [, keptForS] = /max-age=(\d+)/.exec(headers.get('cache-control') ?? '') ?? []
  return createRemoteJWKSet(url, {
    cacheMaxAge: Number(keptForS) * 1000,
    cooldownDuration: 3_600_000,
  })
}

/** What a call in MCP is of. */
function nameIn(body: Buffer): string | undefined {
  const call = z.object({ method: z.literal('tools/call'), params: z.object({ name: z.string() }) })
  if (body.length === 0) return undefined
  return call.safeParse(JSON.parse(body.toString())).data?.params.name
}

function pass(one: Omit<Arrived, 'claims' | 'refused'>, to: string, response: ServerResponse) {
  const { host: _, authorization: __, ...headers } = one.headers
  const { method } = one
  const outbound = request(to + one.target, { method, headers, agent: false })
  outbound.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    response.flushHeaders()
    answer.pipe(response)
  })
  outbound.on('error', () => response.destroy())
  response.on('close', () => outbound.destroy())
  outbound.end(one.body)
}
