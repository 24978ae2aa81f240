// Runs on both stores.
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, type GatewayOptions, startGateway } from '../peers/gateway.ts'
import { modern } from '../peers/wire.ts'
import { selfSigned } from '../upstream/self-signed.ts'
import { callerCertificate } from './caller-certificate.ts'
import { basic } from './prover.ts'

const rawOf = ({ cert }: { cert: string }) => new X509Certificate(cert).raw
const thumbprintOf = (pair: { cert: string }) =>
  createHash('sha256').update(rawOf(pair)).digest('base64url')
const fieldOf = (pair: { cert: string }) => `:${rawOf(pair).toString('base64')}:`

const plan = documents(
  plane(),
  consumer(),
  agent('planner'),
  bank(),
  grant('planner', 'planner', [{ server: 'bank', class: ['read'] }]),
)

type Sent = {
  method?: 'GET' | 'POST'
  headers: Record<string, string>
  body: string
  pair?: { cert: string; key: string }
}
type Answer = { status: number; body: string }

/** One request on a connection of its own, with a certificate or without. */
const send = async (
  url: string,
  { method = 'POST', headers, body, pair }: Sent,
): Promise<Answer> => {
  const about = { method, agent: false as const, headers }
  const outbound = url.startsWith('https:')
    ? request(url, { ...about, ...pair, rejectUnauthorized: false })
    : httpRequest(url, about)
  outbound.end(body)
  const [inbound] = await once(outbound, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of inbound) chunks.push(chunk)
  return { status: inbound.statusCode, body: Buffer.concat(chunks).toString() }
}

const callers = (gateway: Gateway, secret: string) => ({
  async token(more: Partial<Sent> = {}): Promise<string> {
    const { status, body } = await send(`${gateway.origin}/oauth/ops/token`, {
      ...more,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basic('planner@workplace-ai', secret),
        ...more.headers,
      },
      body: 'grant_type=client_credentials',
    })
    assert.equal(status, 200, body)
    const { access_token: token, token_type: type } = JSON.parse(body)
    assert.equal(type, 'Bearer')
    return token
  },
  async call(token: string, more: Partial<Sent> = {}): Promise<number> {
    const asked = modern('tools/call', { name: 'rates_today', arguments: {} } as { name: string })
    const { status } = await send(`${gateway.origin}/mcp/ops/bank`, {
      ...more,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...asked.headers,
        authorization: `Bearer ${token}`,
        ...more.headers,
      },
      body: JSON.stringify(asked.body),
    })
    return status
  },
})

/** What the metadata of the issuer and of an endpoint say of certificates. */
const toldBy = async ({ origin }: Gateway): Promise<unknown[]> => {
  const at = ['oauth-authorization-server/oauth/ops', 'oauth-protected-resource/mcp/ops/bank']
  const about = { method: 'GET', headers: {}, body: '' } as const
  const answers = at.map((path) => send(`${origin}/.well-known/${path}`, about))
  return (await Promise.all(answers)).map(
    ({ body }) => JSON.parse(body).tls_client_certificate_bound_access_tokens,
  )
}

const bindingIn = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).cnf

const start = async (options: Partial<GatewayOptions>) => {
  const { config = {}, ...more } = options
  const gateway = await startGateway({
    documents: plan,
    config: { runners: bankRunner(), ...config },
    ...more,
  })
  const { stdout } = await gateway.cli(['agent', 'secret', 'planner', '--json'])
  return { gateway, ...callers(gateway, JSON.parse(stdout).secret) }
}

describe('A token bound to a certificate', () => {
  describe('where TLS ends here', () => {
    let folder: string
    let here: Awaited<ReturnType<typeof start>>
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'bailiwick-tls-'))
      const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
      await writeFile(cert, selfSigned.cert)
      await writeFile(key, selfSigned.key)
      here = await start({
        config: { clientCertificates: 'tls' },
        args: ['--tls-cert', cert, '--tls-key', key],
      })
    })
    after(async () => {
      await here?.gateway.stop()
      await rm(folder, { recursive: true })
    })

    test('names it, and is taken from connections that prove it alone', async () => {
      const token = await here.token({ pair: callerCertificate })
      assert.deepEqual(bindingIn(token), { 'x5t#S256': thumbprintOf(callerCertificate) })
      assert.equal(await here.call(token, { pair: callerCertificate }), 200)
      assert.equal(await here.call(token, { pair: selfSigned }), 401)
      assert.equal(await here.call(token), 401)
    })

    test('is told of in the metadata', async () => {
      assert.deepEqual(await toldBy(here.gateway), [true, true])
    })

    test('attack: the header of a proxy, where there is none', async () => {
      const token = await here.token({ pair: callerCertificate })
      const headers = { 'client-cert': fieldOf(callerCertificate) }
      assert.equal(await here.call(token, { headers }), 401)
      assert.equal(await here.call(token, { headers, pair: selfSigned }), 401)
      assert.equal(bindingIn(await here.token({ headers })), undefined)
    })

    test('attack: the scheme of proofs', async () => {
      const token = await here.token({ pair: callerCertificate })
      const headers = { authorization: `DPoP ${token}` }
      assert.equal(await here.call(token, { headers, pair: callerCertificate }), 401)
    })

    test('whoever shows none has a bearer token, as before', async () => {
      const token = await here.token()
      assert.equal(bindingIn(token), undefined)
      assert.equal(await here.call(token), 200)
    })
  })

  describe('behind a proxy that is trusted', () => {
    let here: Awaited<ReturnType<typeof start>>
    const headers = { 'client-cert': fieldOf(callerCertificate) }
    before(async () => {
      here = await start({
        config: { clientCertificates: 'proxy' },
        args: ['--trust-proxy', '127.0.0.1'],
      })
    })
    after(() => here?.gateway.stop())

    test('names the certificate that the proxy tells of', async () => {
      const token = await here.token({ headers })
      assert.deepEqual(bindingIn(token), { 'x5t#S256': thumbprintOf(callerCertificate) })
      assert.equal(await here.call(token, { headers }), 200)
      const other = { 'client-cert': fieldOf(selfSigned) }
      assert.equal(await here.call(token, { headers: other }), 401)
      assert.equal(await here.call(token), 401)
    })

    test('attack: what is no certificate, or more than one', async () => {
      const token = await here.token({ headers })
      const raw = rawOf(callerCertificate)
      const bad = [
        raw.toString('base64'),
        `:${raw.toString('base64')}:;a=1`,
        `:${Buffer.concat([raw, raw]).toString('base64')}:`,
        `:${raw.subarray(0, 100).toString('base64')}:`,
        '::',
      ]
      for (const field of bad)
        assert.equal(await here.call(token, { headers: { 'client-cert': field } }), 401, field)
    })

    test('attack: two of them', async () => {
      const token = await here.token({ headers })
      const two = [fieldOf(selfSigned), fieldOf(callerCertificate)] as unknown as string
      assert.equal(await here.call(token, { headers: { 'client-cert': two } }), 400)
    })
  })

  test('attack: the header, where the operator has said nothing of certificates', async () => {
    const here = await start({ args: ['--trust-proxy', '127.0.0.1'] })
    try {
      const headers = { 'client-cert': fieldOf(callerCertificate) }
      assert.equal(bindingIn(await here.token({ headers })), undefined)
      assert.deepEqual(await toldBy(here.gateway), [undefined, undefined])
    } finally {
      await here.gateway.stop()
    }
  })

  test('a configuration that could take one caller for another is refused', async () => {
    for (const args of [[], ['--trust-proxy', '127.0.0.1']])
      await assert.rejects(
        start({ config: { clientCertificates: 'tls' }, args }),
        /clientCertificates is tls/,
      )
    await assert.rejects(start({ config: { clientCertificates: 'proxy' } }), /no proxy is trusted/)
  })
})
