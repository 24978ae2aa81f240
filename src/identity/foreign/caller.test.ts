import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessTokens } from '#domain/issuer-document.ts'
import type { ClientId } from '#domain/name.ts'
import type { JsonObject } from '#lib/json.ts'
import { readCaller } from './caller.ts'

/** `planner` acts for workplace-ai alone, `shared` for two. */
const clients = ['planner@workplace-ai', 'shared@workplace-ai', 'shared@soc', 'lone@workplace-ai']
const resolve = (written: string): ClientId | undefined => {
  const [only, ...others] = clients.filter(
    (one) => one === written || one.startsWith(`${written}@`),
  )
  return others.length === 0 ? (only as ClientId | undefined) : undefined
}
const read = (claims: JsonObject, more: Partial<AccessTokens> = {}) =>
  readCaller(claims, { agent: { claim: 'client_id' }, ...more }, resolve)
const meant = (claims: JsonObject, more: Partial<AccessTokens> = {}) => {
  const caller = read(claims, more)
  assert(caller !== 'ambiguous')
  return caller
}

test('an agent is told by a claim, by one inside another, by a table of names, or by the document', () => {
  const client = (claims: JsonObject, agent: AccessTokens['agent']) =>
    meant(claims, { agent }).client
  assert.equal(client({ azp: 'planner' }, { claim: 'azp' }), 'planner@workplace-ai')
  assert.equal(client({ a: { b: 'planner' } }, { claim: ['a', 'b'] }), 'planner@workplace-ai')
  const names = { '0oa7': 'planner' }
  assert.equal(client({ cid: '0oa7' }, { claim: 'cid', names }), 'planner@workplace-ai')
  assert.equal(client({}, { is: 'planner' }), 'planner@workplace-ai')
})

test('what names nobody, or two, is ambiguous', () => {
  const rows: readonly (readonly [JsonObject, Partial<AccessTokens>?])[] = [
    [{}],
    [{ client_id: '' }],
    [{ client_id: 'nobody' }],
    [{ client_id: ['planner'] }],
    [{ client_id: 'Planner' }],
    [{ client_id: 'planner@workplace-ai' }],
    [{ client_id: 'shared' }],
    [{ client_id: 'planner' }, { agent: { claim: 'client_id', names: { other: 'planner' } } }],
    [{ client_id: 'constructor' }, { agent: { claim: 'client_id', names: {} } }],
    [{ client_id: 'planner' }, { agent: { claim: ['client_id', 'length'] } }],
    [{ client_id: 'planner' }, { consumer: { claim: 'dept' } }],
    [{ client_id: 'planner', dept: 'soc' }, { consumer: { claim: 'dept' } }],
    [{ client_id: 'planner' }, { user: { claim: 'email' } }],
    [{ client_id: 'planner', email: '' }, { user: { claim: 'email' } }],
    [{ client_id: 'planner', email: ['a', 'b'] }, { user: { claim: 'email' } }],
    [{ client_id: 'planner', email: ' a' }, { user: { claim: 'email' } }],
  ]
  for (const [claims, more] of rows)
    assert.equal(read(claims, more), 'ambiguous', JSON.stringify(claims))
})

test('a consumer tells which of an agent’s clients it is', () => {
  const { client, consumer } = meant(
    { client_id: 'shared', dept: 'soc' },
    { consumer: { claim: 'dept' } },
  )
  assert.deepEqual([client, consumer], ['shared@soc', 'soc'])
  const named = { consumer: { claim: 'dept', names: { 'Security Operations': 'soc' } } }
  assert.equal(
    meant({ client_id: 'shared', dept: 'Security Operations' }, named).client,
    'shared@soc',
  )
})

test('a user is told by a claim; where that is the agent itself it acts for nobody', () => {
  const user = { claim: 'sub' }
  assert.equal(meant({ client_id: 'planner', sub: 'alice' }, { user }).user, 'alice')
  assert.equal(meant({ client_id: 'planner', sub: 'planner' }, { user }).user, undefined)
  assert.equal(meant({ client_id: 'planner', sub: 'alice' }).user, undefined)
})

test('a token that says who acts is of that actor, and each before it is an agent of ours', () => {
  const agent = { claim: ['act', 'sub'] }
  const act = (...subs: string[]): JsonObject =>
    subs.reduceRight<JsonObject>(
      (inner, sub) => ({ sub, ...(inner.sub !== undefined && { act: inner }) }),
      {},
    )
  assert.deepEqual(meant({ act: act('planner') }, { agent }).through, [])
  assert.deepEqual(meant({ act: act('planner', 'lone') }, { agent }).through, ['lone'])
  for (const claims of [
    { act: act('planner', 'https://elsewhere.example') },
    { act: act('planner', 'a', 'b', 'c', 'd', 'e') },
    { act: { sub: 'planner', act: 'lone' } },
    { act: 'planner' },
  ])
    assert.equal(read(claims, { agent }), 'ambiguous', JSON.stringify(claims))
  assert.equal(read({ client_id: 'planner', act: act('lone') }), 'ambiguous')
})

test('scopes are a text or a list; without them there are none, but where they are implied', () => {
  const scopes = (claims: JsonObject, more: Partial<AccessTokens> = {}) =>
    meant({ client_id: 'planner', ...claims }, more).scopes
  assert.deepEqual(scopes({ scope: 'a b' }), new Set(['a', 'b']))
  assert.deepEqual(scopes({ scp: ['a', 'b'] }, { scopes: { claim: 'scp' } }), new Set(['a', 'b']))
  assert.deepEqual(scopes({}), new Set())
  assert.deepEqual(scopes({ scope: '' }), new Set())
  assert.equal(scopes({ scope: 'openid' }, { scopes: 'implied' }), undefined)
  for (const scope of [7, { a: 1 }, 'a  b', ' a', ['a', 7], ['a b'], 'a"b'])
    assert.equal(read({ client_id: 'planner', scope }), 'ambiguous', JSON.stringify(scope))
})

test('claims are those that the document names, as a condition can compare them', () => {
  const claims = { clearance: 'level', line: ['work', 'line'] }
  const told = (more: JsonObject) => read({ client_id: 'planner', ...more }, { claims })
  const all = told({ level: 'personal', work: { line: 3 }, other: 'x' })
  assert(all !== 'ambiguous')
  assert.deepEqual(all.claims, { clearance: 'personal', line: 3 })
  const none = told({})
  assert(none !== 'ambiguous')
  assert.deepEqual(none.claims, { clearance: undefined, line: undefined })
  const falsy = told({ level: false, work: { line: 0 } })
  assert(falsy !== 'ambiguous')
  assert.deepEqual(falsy.claims, { clearance: false, line: 0 })
  for (const level of [null, 1.5, {}, [['a']], [1], 'x'.repeat(201)])
    assert.equal(told({ level }), 'ambiguous', JSON.stringify(level))
})
