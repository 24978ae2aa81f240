import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  insufficientScopeChallenge,
  resourceMetadataUrl,
  unauthorizedChallenge,
} from './challenge.ts'

const origin = 'https://gw.example'
const metadata = resourceMetadataUrl(origin, `${origin}/mcp/ops/calendar`)

test("a resource's metadata lies between its host and its path", () => {
  assert.equal(metadata, 'https://gw.example/.well-known/oauth-protected-resource/mcp/ops/calendar')
})

test('without a token the challenge names no error', () => {
  assert.equal(unauthorizedChallenge(metadata, false), `Bearer resource_metadata="${metadata}"`)
})

test('with a bad token the error is invalid_token, whatever was wrong', () => {
  assert.equal(
    unauthorizedChallenge(metadata, true, ['calendar.read']),
    `Bearer error="invalid_token", scope="calendar.read", resource_metadata="${metadata}"`,
  )
})

test('a challenge for scopes names all of them at once', () => {
  assert.equal(
    insufficientScopeChallenge(metadata, ['calendar.read', 'calendar.write']),
    `Bearer error="insufficient_scope", scope="calendar.read calendar.write", resource_metadata="${metadata}"`,
  )
})

test('nothing that could end the quotes gets into a header', () => {
  for (const scope of ['a"b', 'a\\b', 'a\r\nSet-Cookie: b', 'é']) {
    assert.throws(() => insufficientScopeChallenge(metadata, [scope]))
  }
  assert.throws(() => resourceMetadataUrl(origin, 'https://evil.example/mcp/ops'))
})
