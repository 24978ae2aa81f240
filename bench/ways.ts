import { X509Certificate } from 'node:crypto'
import { callerCertificate } from '../test/senders/caller-certificate.ts'
import { createProver } from '../test/senders/prover.ts'
import { asClient, asWorkload, nonceFor, tokenBy } from './grants.ts'
import type { IdentityGateway } from './identity-gateway.ts'
import { answered, requestBytes } from './request.ts'

/** One way of authenticating a call: so many requests, made before the window that they are sent in. */
export interface Way {
  readonly name: string
  requests(count: number): Promise<Buffer[]>
  /** Whether what reaches the server bears a token of its own. */
  readonly stamped?: true
}

const some = <Value>(count: number, make: () => Value | Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, make))

/** Those that a caller of an MCP endpoint has; the first one is what the others are held against. */
export const waysAt = async (gateway: IdentityGateway): Promise<readonly Way[]> => {
  const { port, origin, assertion } = gateway
  const request = (headers: Record<string, string>, server = 'plain'): Buffer => {
    const path = `/mcp/ops/${server}`
    const plain = requestBytes({ port, path, tool: 'small', expect: answered }, undefined)
    const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return Buffer.from(plain.toString().replace('\r\n', `\r\n${more.join('')}`))
  }
  const bearer = (token: string, server?: string) =>
    request({ Authorization: `Bearer ${token}` }, server)
  const all = (count: number, one: Buffer) => Array.from({ length: count }, () => one)

  const byKey = (headers: Record<string, string> = {}) =>
    tokenBy(gateway, asClient(assertion('planner')), headers)
  const workload = gateway.workload()
  const prover = await createProver()
  const tokenUrl = `${gateway.issuer}/token`
  const known = await byKey()
  const proof = await prover.proof({
    method: 'POST',
    url: tokenUrl,
    nonce: await nonceFor(gateway, prover),
  })
  const proven = await byKey({ dpop: proof })
  const raw = new X509Certificate(callerCertificate.cert).raw
  const certificate = { 'Client-Cert': `:${raw.toString('base64')}:` }
  const certified = await byKey(certificate)
  const foreign = gateway.foreign('ES256')

  return [
    { name: 'own token, seen before', requests: async (count) => all(count, bearer(known)) },
    {
      name: 'own token, each a new one',
      async requests(count) {
        const tokens: string[] = []
        const next = async (): Promise<void> => {
          while (tokens.length < count) tokens.push(await tokenBy(gateway, asWorkload(workload)))
        }
        await some(16, next)
        return tokens.slice(0, count).map((token) => bearer(token))
      },
    },
    {
      name: 'own token with a proof (DPoP)',
      async requests(count) {
        const about = { method: 'POST', url: `${origin}/mcp/ops/plain`, token: proven }
        const fresh = await nonceFor(gateway, prover)
        const proofs = await some(count, () => prover.proof({ ...about, nonce: fresh }))
        return proofs.map((dpop) => request({ Authorization: `DPoP ${proven}`, DPoP: dpop }))
      },
    },
    {
      name: 'own token, certificate told by a proxy',
      requests: async (count) =>
        all(count, request({ Authorization: `Bearer ${certified}`, ...certificate })),
    },
    {
      name: 'another issuer’s token, seen before',
      requests: async (count) => all(count, bearer(foreign)),
    },
    ...(['ES256', 'RS256'] as const).map((alg) => ({
      name: `another issuer’s token (${alg}), each a new one`,
      requests: (count: number) => some(count, () => bearer(gateway.foreign(alg))),
    })),
    {
      name: 'own token, and one for the call to the server',
      stamped: true,
      requests: async (count) => all(count, bearer(known, 'stamped')),
    },
  ]
}
