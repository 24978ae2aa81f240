import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { planeId } from '#domain/name.ts'
import { readJson } from '#lib/json.ts'
import { createSealer } from '#vault/sealer.ts'
import { createRequestStates, type RequestStates } from './request-state.ts'

type Round = Parameters<RequestStates['open']>[0]

const limits = { depth: 64, nodes: 10_000 }
const noon = Date.UTC(2026, 10, 20, 12)
let now = noon
const key = createSecretKey(randomBytes(32))
const states = createRequestStates({
  keyring: {
    sealer: (plane, purpose) => createSealer({ key, plane, purpose, random: randomBytes }),
  },
  timeoutMs: 1000,
  now: () => now,
})

interface About {
  client?: string
  user?: string
  server?: string
  name?: string
  method?: string
  plane?: string
  args?: object
  requestState?: unknown
}
const roundOf = (about: About = {}): Round => {
  const { client = 'planner', user, args = { n: 1 }, requestState } = about
  const { server = 's', name = 't', method = 'tools/call', plane = 'ops' } = about
  const params = {
    name,
    arguments: args,
    ...(requestState !== undefined && { requestState }),
    z: 1,
  }
  const doc = readJson(Buffer.from(JSON.stringify({ id: 1, method, params })), limits)
  const view = { client, user }
  const target = { server, name }
  return { plane: planeId(plane), caller: { view }, ask: { method, params, doc }, target } as never
}
const asked = (result: object) =>
  Buffer.from(JSON.stringify({ id: 1, result: { resultType: 'input_required', ...result } }))
/** As a message with it would be: what no reader reads alike is refused before it is looked at. */
const isRead = (value: unknown): boolean => {
  try {
    return value !== undefined && readJson(Buffer.from(JSON.stringify(value)), limits) !== undefined
  } catch {
    return false
  }
}
const stateOf = (final: Uint8Array): string =>
  JSON.parse(Buffer.from(final).toString()).result.requestState
const seal = (about: About, result: object, round = 1): string =>
  stateOf(states.seal({ ...roundOf(about), final: asked(result), round }))
const open = (about: About) => {
  const opened = states.open(roundOf(about))
  return opened === undefined || opened === 'refused'
    ? opened
    : { round: opened.round, params: (opened.doc.value as { params: object }).params }
}

describe('A requestState', () => {
  test('brings the server’s own back byte for byte, and says which round it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 1, max: 99 }),
        (inner, round) => {
          if (!inner.isWellFormed()) return
          const requestState = seal({}, { requestState: inner }, round)
          assert.ok(!requestState.includes(inner) || inner.length < 4)
          const params = { name: 't', arguments: { n: 1 }, requestState: inner, z: 1 }
          assert.deepEqual(open({ requestState }), { round, params })
        },
      ),
    )
  })

  test('is given where the server gave none, and goes no further', () => {
    const requestState = seal({}, { inputRequests: {} })
    assert.deepEqual(open({ requestState }), {
      round: 1,
      params: { name: 't', arguments: { n: 1 }, z: 1 },
    })
    assert.equal(open({}), undefined)
  })

  test('stands for the same arguments, in whatever order they are written', () => {
    const requestState = seal({ args: { a: 1, b: [2] } }, {})
    assert.ok(open({ args: { b: [2], a: 1 }, requestState }) !== 'refused')
  })

  test('attack: nobody else’s, of nothing else, and with nothing else does it open', () => {
    const requestState = seal({ user: 'ann' }, { requestState: 'inner' })
    const others: About[] = [
      { user: 'bob' },
      {},
      { user: 'ann', client: 'clerk' },
      { user: 'ann', server: 'other' },
      { user: 'ann', name: 'other' },
      { user: 'ann', method: 'prompts/get' },
      { user: 'ann', args: { n: 2 } },
      { user: 'ann', plane: 'finance' },
    ]
    for (const about of others)
      assert.equal(open({ ...about, requestState }), 'refused', JSON.stringify(about))
    assert.ok(open({ user: 'ann', requestState }) !== 'refused')
  })

  test('attack: one that is too old does not open', () => {
    const requestState = seal({}, {})
    now = noon + 999
    assert.ok(open({ requestState }) !== 'refused')
    now = noon + 1000
    assert.equal(open({ requestState }), 'refused')
    now = noon
  })

  test('attack: what was made up does not open, whatever it is', () => {
    const made = fc.oneof(fc.jsonValue(), fc.string(), fc.base64String())
    fc.assert(
      fc.property(made, (requestState) => {
        // What no reader reads as it stands is refused before this is asked.
        if (!isRead(requestState)) return
        assert.equal(open({ requestState }), 'refused')
      }),
    )
  })
})
