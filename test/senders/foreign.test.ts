import assert from 'node:assert/strict'
import { createHash, randomUUID, X509Certificate } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import {
  agent,
  bank,
  bankRunner,
  consumer,
  document,
  documents,
  grant,
  plane,
} from '../gateway/plane.ts'
import { type House, startHouse } from '../identity/house.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { selfSigned } from '../upstream/self-signed.ts'
import { callerCertificate } from './caller-certificate.ts'
import { createProver, type Prover } from './prover.ts'

const rawOf = ({ cert }: { cert: string }) => new X509Certificate(cert).raw
const thumbprint = createHash('sha256').update(rawOf(callerCertificate)).digest('base64url')
const fieldOf = (pair: { cert: string }) => ({
  'client-cert': `:${rawOf(pair).toString('base64')}:`,
})

describe('A token of another issuer that is bound to a key', () => {
  let house: House
  let gateway: Gateway
  let url: string
  let prover: Prover

  before(async () => {
    house = await startHouse()
    prover = await createProver()
    const trusting = document('Issuer', {
      ...{ plane: 'ops', name: 'corporate', owner: 'identity-team', issuer: house.issuer },
      accessTokens: { agent: { claim: 'client_id' } },
    })
    const reads = [{ server: 'bank', class: ['read'] }]
    const rest = [agent('planner'), grant('planner', 'planner', reads), trusting]
    gateway = await startGateway({
      documents: documents(plane(), consumer(), bank({ require: { binding: 'any' } }), ...rest),
      config: { runners: bankRunner(), clientCertificates: 'proxy' },
      args: ['--trust-proxy', '127.0.0.1'],
    })
    url = `${gateway.origin}/mcp/ops/bank`
  })
  after(async () => {
    await gateway?.stop()
    house?.stop()
  })

  const token = (cnf?: object) => {
    const now = Math.floor(Date.now() / 1000)
    const said = { iss: house.issuer, sub: 'service-7', client_id: 'planner', aud: url }
    const when = { iat: now, exp: now + 300, jti: randomUUID() }
    return house.token({ ...said, ...when, ...(cnf && { cnf }) })
  }
  const send = async (headers: Record<string, string>) => {
    const asked = modern('tools/call', { name: 'rates_today', arguments: {} } as { name: string })
    const answer = await exchange(url, {
      headers: { ...asked.headers, ...headers },
      body: asked.body,
    })
    const isDone = answer.status === 200 && answer.body.includes('"content"')
    return { isDone, status: answer.status, nonce: String(answer.headers['dpop-nonce']) }
  }
  const proven = async (sent: string, by = prover, about: { token?: string } = { token: sent }) => {
    const { nonce } = await send({
      authorization: `DPoP ${sent}`,
      dpop: await by.proof({ method: 'POST', url, ...about }),
    })
    const dpop = await by.proof({ method: 'POST', url, nonce, ...about })
    return send({ authorization: `DPoP ${sent}`, dpop })
  }
  const isRefused = ({ isDone, status }: { isDone: boolean; status: number }) =>
    assert.deepEqual([isDone, status], [false, 401])

  test('is taken with a proof of that key (DPoP)', async () => {
    assert((await proven(token({ jkt: prover.thumbprint }))).isDone)
  })

  test('attack: as a bearer token, or with a proof by another key or over another token, it is refused', async () => {
    const bound = token({ jkt: prover.thumbprint })
    isRefused(await send({ authorization: `Bearer ${bound}` }))
    isRefused(await send({ authorization: `DPoP ${bound}` }))
    isRefused(await proven(bound, await createProver()))
    isRefused(await proven(bound, prover, { token: token({ jkt: prover.thumbprint }) }))
    isRefused(await proven(bound, prover, {}))
    // It is still good where it is proven: none of these has spent it.
    assert((await proven(bound)).isDone)
  })

  test('is taken from a connection with that certificate, and from no other', async () => {
    const authorization = `Bearer ${token({ 'x5t#S256': thumbprint })}`
    assert((await send({ authorization, ...fieldOf(callerCertificate) })).isDone)
    isRefused(await send({ authorization, ...fieldOf(selfSigned) }))
    isRefused(await send({ authorization }))
  })

  test('attack: one method does not stand in for the other', async () => {
    const byKey = token({ jkt: prover.thumbprint })
    isRefused(await send({ authorization: `Bearer ${byKey}`, ...fieldOf(callerCertificate) }))
    isRefused(await proven(token({ 'x5t#S256': thumbprint })))
  })

  test('attack: an unbound one is not taken where a binding is demanded, whatever is proven beside it', async () => {
    isRefused(await send({ authorization: `Bearer ${token()}` }))
    isRefused(await send({ authorization: `Bearer ${token()}`, ...fieldOf(callerCertificate) }))
    isRefused(await proven(token()))
  })
})
