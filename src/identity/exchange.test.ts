import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clientId, planeId } from '#domain/name.ts'
import { createExchange } from './exchange.ts'
import type { ClientView, VerifiedToken } from './identity.ts'
import { createCovers } from './resources.ts'

const ops = planeId('ops')
const origin = 'https://gw.example'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'
const covers = createCovers(origin)
const view = {
  suspended: () => undefined,
  isResource: (_: unknown, resource: string) => resource.startsWith(`${origin}/mcp/ops`),
} as unknown as ClientView

const endpoints = ['', '/bank', '/other'].map((path) => `${origin}/mcp/ops${path}`)
const endpoint = fc.constantFrom(...endpoints, `${origin}/mcp/finance`)
const scopes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 })
const agent = fc.constantFrom('planner', 'lone', 'third')

const subject: fc.Arbitrary<VerifiedToken> = fc
  .record({
    agent,
    user: fc.option(fc.constantFrom('alice', 'bob'), { nil: undefined }),
    audience: fc.constantFrom(...endpoints),
    scopes: fc.option(
      scopes.map((all) => new Set(all)),
      { nil: undefined },
    ),
    through: fc.array(agent, { maxLength: 3 }),
    run: fc.option(fc.constant('run_1'), { nil: undefined }),
    binding: fc.option(fc.constant({ method: 'dpop' as const, thumbprint: 'x' }), {
      nil: undefined,
    }),
    expiresAt: fc.integer({ min: 1000, max: 1_000_000 }),
  })
  .map((said) => ({
    ...said,
    plane: ops,
    client: clientId(said.agent, 'workplace-ai'),
    consumer: 'workplace-ai',
    through: said.user === undefined ? [] : said.through,
    tokenId: 'id',
    issuedAt: 0,
    acr: undefined,
    signedInAt: undefined,
  }))

const asked = fc.record({
  client: agent.map((name) => clientId(name, 'workplace-ai')),
  resource: fc.option(endpoint, { nil: undefined }),
  scope: fc.option(
    scopes.map((all) => all.join(' ')),
    { nil: undefined },
  ),
})

test('whatever is exchanged for whatever, what comes out is never wider than what came in', () => {
  let exchanged = 0
  fc.assert(
    fc.property(subject, asked, (token, { client, ...more }) => {
      const verifier = { verify: () => token, stands: () => true }
      const clock = { now: () => 0, elapsed: () => 0, after: () => () => {} }
      const random = (count: number) => Buffer.alloc(count)
      const exchange = createExchange({ verifier, view, covers, clock, random })
      const form = { subject_token: 'x', subject_token_type: accessToken, ...more }
      const issued = exchange(ops, client, form)
      if ('error' in issued) return
      exchanged++
      assert(covers(token.audience, issued.resource))
      if (token.scopes) {
        assert(issued.scopes.length > 0)
        for (const scope of issued.scopes) assert(token.scopes.has(scope))
      }
      assert.equal(issued.client, client)
      assert.equal(issued.user, token.user)
      assert.equal(issued.endsAt, token.expiresAt)
      assert.equal(issued.binding, token.binding)
      if (token.run) assert.equal(issued.run, token.run)
      const before = token.user === undefined ? [] : [token.agent, ...token.through]
      const after = [client.split('@')[0], ...(issued.through ?? [])]
      // Nobody who acted is left out, and whoever acts now is who asked.
      if (token.user !== undefined) assert.deepEqual(after.slice(-before.length), before)
      else assert.equal(client, token.client)
      assert(after.length <= 4)
    }),
    { numRuns: 10_000 },
  )
  assert(exchanged > 500)
})
