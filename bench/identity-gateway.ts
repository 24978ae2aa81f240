import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { startHouse } from '../test/identity/house.ts'
import { createBrowser } from '../test/issuer/browser.ts'
import { startGateway } from '../test/peers/gateway.ts'
import { openOffice } from '../test/stories/people.ts'
import { createRefreshing, redirectUri } from './refreshing.ts'

const password = 'correct horse battery'
const owner = 'platform-team'
const plane = 'ops'
const consumer = 'workplace-ai'

/** Agents of each kind; a client may ask for so many tokens at once and no more, so several take turns. */
const counts = { secret: 8, signer: 24 }
const each = <Value>(count: number, make: (n: number) => Value): Value[] =>
  Array.from({ length: count }, (_, n) => make(n))

/** The real program with agents that prove themselves in every way, and a server that takes tokens of its own. */
export const startIdentity = async (upstream: number) => {
  const house = await startHouse(['ES256', 'RS256'])
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'own' }] }
  const documents = documentsOf(upstream, house.issuer, jwks)
  const gateway = await startGateway({
    documents: documents.map((one) => JSON.stringify(one)).join('\n---\n'),
    config: { clientCertificates: 'proxy' },
    args: ['--trust-proxy', '127.0.0.1'],
  })
  const { origin, pid } = gateway
  const issuer = `${origin}/oauth/${plane}`

  const secrets = new Map<string, string>()
  for (const agent of each(counts.secret, (n) => `keeper-${n}`)) {
    const { stdout } = await gateway.cli(['agent', 'secret', agent, '--json'])
    secrets.set(agent, JSON.parse(stdout).secret)
  }
  const people = await openOffice(gateway)
  await people.hire('alice')

  const seconds = () => Math.floor(Date.now() / 1000)
  const assertion = (agent: string): string => {
    const client = `${agent}@${consumer}`
    const said = { iss: client, sub: client, aud: issuer, jti: randomUUID() }
    const head = { alg: 'ES256', kid: 'own', typ: 'JWT' }
    const signed = [head, { ...said, iat: seconds(), exp: seconds() + 60 }].map(encode).join('.')
    const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const
    const signature = sign('sha256', Buffer.from(signed), key)
    return `${signed}.${signature.toString('base64url')}`
  }
  return {
    ...{ origin, issuer, pid, secrets, assertion },
    port: Number(new URL(origin).port),
    resource: `${origin}/mcp/${plane}`,
    signers: each(counts.signer, (n) => `signer-${n}`),
    /** What vouches for the workload `rover`, for as long as the bench takes. */
    workload: () =>
      house.token(
        {
          ...{ iss: house.issuer, sub: 'rover', aud: issuer, jti: randomUUID() },
          ...{ iat: seconds(), exp: seconds() + 3600 },
        },
        { header: { typ: undefined } },
      ),
    /** An access token of the other issuer. */
    foreign: (alg: 'ES256' | 'RS256'): string =>
      house.token(
        {
          ...{ iss: house.issuer, sub: 'service-7', client_id: 'planner', jti: randomUUID() },
          ...{ aud: `${origin}/mcp/${plane}`, iat: seconds(), exp: seconds() + 900 },
        },
        { alg },
      ),
    refreshing: createRefreshing({ origin, issuer, password, browser: createBrowser(origin) }),
    async stop() {
      await people.leave()
      await gateway.stop()
      house.stop()
    },
  }
}
export type IdentityGateway = Awaited<ReturnType<typeof startIdentity>>

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const documentsOf = (upstream: number, house: string, jwks: object): object[] => {
  const head = { apiVersion: 'bailiwick/v1', plane, owner }
  const agent = (name: string, more: object) => ({
    ...{ ...head, kind: 'Agent', name, consumers: [consumer], ...more },
  })
  const grant = (name: string) => ({
    ...{ apiVersion: 'bailiwick/v1', kind: 'Grant', plane, name, agent: name, consumer },
    ...{ allow: [{ class: 'read' }], reason: 'It is measured.' },
  })
  const server = (name: string, path: string, more: object = {}) => ({
    ...{ ...head, kind: 'Server', name, upstream: { url: `http://127.0.0.1:${upstream}${path}` } },
    ...{ tools: { small: { class: 'read' } }, ...more },
  })
  return [
    { apiVersion: 'bailiwick/v1', kind: 'Plane', name: plane, owner, tokenLifetime: '1h' },
    { ...head, kind: 'Consumer', name: consumer },
    {
      ...{ ...head, kind: 'Issuer', name: 'corporate', issuer: house, assertions: {} },
      accessTokens: { agent: { claim: 'client_id' } },
    },
    ...each(counts.secret, (n) => agent(`keeper-${n}`, { authenticate: { secret: true } })),
    ...each(counts.signer, (n) => agent(`signer-${n}`, { authenticate: { jwks } })),
    agent('rover', { authenticate: { issuer: 'corporate', subject: 'rover' } }),
    agent('planner', { authenticate: { jwks } }),
    agent('desktop', { signIn: { redirects: [redirectUri] } }),
    ...['planner', 'rover'].map(grant),
    server('plain', '/mcp'),
    server('stamped', '/stamped', { credential: { perCall: true } }),
  ]
}
