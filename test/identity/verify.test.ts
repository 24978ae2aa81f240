import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { planeId } from '#domain/name.ts'
import { createWorld, ops } from './world.ts'

test('any one character changed, left out or put in makes a valid token invalid', async () => {
  const { mint, verify } = await createWorld()
  const token = await mint(['a'])
  const position = fc.nat({ max: token.length - 1 })
  const unit = fc.oneof(
    fc.constantFrom(...'ABCabc019-_.=+/ \n\0'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  )
  const edit = fc.constantFrom('change', 'leave out', 'put in')
  fc.assert(
    fc.property(position, unit, edit, (at, character, how) => {
      const head = token.slice(0, at)
      const tail = token.slice(how === 'put in' ? at : at + 1)
      const changed = `${head}${how === 'leave out' ? '' : character}${tail}`
      fc.pre(changed !== token)
      assert.equal(typeof verify(changed), 'string')
    }),
    { numRuns: 500 },
  )
  assert.equal(typeof verify(token), 'object')
})

test('any one bit of header, payload or signature turned makes a valid token invalid', async () => {
  const { mint, verify } = await createWorld()
  const parts = (await mint()).split('.').map((part) => Buffer.from(part, 'base64url'))
  const where = fc.nat({ max: 2 }).chain((part) =>
    fc.record({
      part: fc.constant(part),
      bit: fc.nat({ max: (parts[part]?.length ?? 1) * 8 - 1 }),
    }),
  )
  fc.assert(
    fc.property(where, ({ part, bit }) => {
      const turned = parts.map((bytes) => Buffer.from(bytes))
      const bytes = turned[part] ?? Buffer.alloc(0)
      const at = bit >> 3
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
      const token = turned.map((each) => each.toString('base64url')).join('.')
      assert.equal(typeof verify(token), 'string')
    }),
    { numRuns: 500 },
  )
})

test('a token seen before is the same frozen object, until it expires', async () => {
  const { mint, verify, clock } = await createWorld()
  const text = await mint()
  const first = verify(text)
  assert(typeof first === 'object')
  assert(Object.isFrozen(first))
  assert.equal(verify(text), first)
  clock.advance(299_999)
  assert.equal(verify(text), first)
  clock.advance(1)
  assert.equal(verify(text), 'expired')
})

test("a change of policy keeps a known client's token, and ends an unknown one's at once", async () => {
  const { mint, verify, policy } = await createWorld()
  const text = await mint()
  const first = verify(text)
  policy.touch()
  assert.equal(verify(text), first)
  policy.remove(ops, 'planner')
  assert.equal(verify(text), 'unknown client')
  policy.put(ops, 'planner', ['soc'], true)
  assert.equal(verify(text), 'unknown client')
  policy.put(ops, 'planner', ['workplace-ai'], true)
  assert.equal(typeof verify(text), 'object')
})

test('a plane that is gone, or never was, has no valid tokens', async () => {
  const { mint, verify, policy } = await createWorld()
  const text = await mint()
  assert.equal(typeof verify(text), 'object')
  policy.planes.delete(ops)
  policy.touch()
  assert.equal(verify(text), 'unknown client')
  assert.equal(verify(text), 'issuer')
  assert.equal(verify(text, planeId('nowhere')), 'issuer')
})

test("a token for a plane covers all below it, one for a server that server alone, neither another plane's", async () => {
  const { identity } = await createWorld()
  const at = (path: string) => `https://gw.example${path}`
  const covers = (audience: string, resource: string) => identity.covers(at(audience), at(resource))
  assert(covers('/mcp/ops', '/mcp/ops'))
  assert(covers('/mcp/ops', '/mcp/ops/calendar'))
  assert(covers('/mcp/ops/calendar', '/mcp/ops/calendar'))
  assert(!covers('/mcp/ops/calendar', '/mcp/ops'))
  assert(!covers('/mcp/ops/calendar', '/mcp/ops/calendar-two'))
  assert(!covers('/mcp/ops/calendar', '/mcp/ops/calendar/x'))
  assert(!covers('/mcp/ops', '/mcp/ops-two'))
  assert(!covers('/mcp/ops', '/mcp/finance'))
  assert(!covers('/mcp/', '/mcp//ops'))
  assert(!covers('/mcp/ops', '/rest/ops/tickets'))
  assert(!identity.covers('https://evil.example/mcp/ops', at('/mcp/ops/calendar')))
})
