import assert from 'node:assert/strict'
import { test } from 'node:test'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import type { Entry } from '#domain/entry.ts'
import { clientId, planeId } from '#domain/name.ts'
import { bodyOf } from './body.ts'
import { readBody } from './verify/body.ts'

const text = fc.string({ unit: 'binary', maxLength: 50 })
const integer = fc.maxSafeInteger()
const about = { v: fc.constant(1 as const), at: integer, plane: text.map(planeId) }
const client = fc.constant(clientId('a', 'b'))
const scopes = fc.array(text, { maxLength: 3 })
const key = { ...about, apiKey: text, client, by: text, revision: integer, why: text }

const token = fc.record(
  {
    ...{ type: fc.constant('token.issued' as const), ...about, token: text, client },
    ...{ audience: text, scopes, expiresAt: integer, by: text },
    ...{ user: text, run: text, binding: fc.constantFrom('dpop', 'mtls'), thumbprint: text },
  },
  {
    requiredKeys: [
      ...(['type', 'v', 'at', 'plane', 'token', 'client'] as const),
      ...(['audience', 'scopes', 'expiresAt', 'by'] as const),
    ],
  },
)
const apiKey = fc.oneof(
  fc.record({
    ...{ type: fc.constant('api-key.issued' as const), ...key },
    ...{ scopes, label: text, endsAt: integer },
  }),
  fc.record({ type: fc.constant('api-key.revoked' as const), ...key }),
)
const person = fc.oneof(
  fc.record(
    {
      ...{ type: fc.constant('person.signed-in' as const), ...about },
      ...{ person: text, token: text, label: text, endsAt: integer, issuer: text, acr: text },
    },
    { requiredKeys: ['type', 'v', 'at', 'plane', 'person', 'token', 'label', 'endsAt'] },
  ),
  fc.record({
    ...{ type: fc.constant('person.signed-out' as const), ...about },
    ...{ person: text, token: text, by: text },
  }),
  fc.record({
    ...{ type: fc.constant('person.changed' as const), ...about },
    ...{ person: text, done: fc.constantFrom('made', 'removed'), role: text, by: text },
  }),
)

test('what is entered of tokens, keys and people is its canonical JSON, holds all of it, and verifies', () => {
  fc.assert(
    fc.property(fc.oneof(token, apiKey, person), (one) => {
      const body = bodyOf(one as Entry)
      assert.equal(body, canonicalize(one))
      assert.deepEqual(JSON.parse(body), { ...one })
      assert.equal('problem' in readBody(body), false)
    }),
    { numRuns: 500 },
  )
})
