import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Intent, PayloadRead } from '#domain/entry.ts'
import { type CallId, clientId } from '#domain/name.ts'
import { callAt, intentOf, ops, outcomeOf } from '../store/entries.ts'
import { startWorld, type World } from './world.ts'

const named = (kind: string, name: string, more: object = {}) => ({
  kind,
  plane: 'ops',
  name,
  ...more,
})
const planeWith = (ledger: object) => ({ kind: 'Plane', name: 'ops', ledger })
const retain = { retain: { payloads: '3650d' } }
const hold = (about: object) => ({
  ...retain,
  hold: [{ name: 'case-17', reason: 'a suit', ...about }],
})
const roles = ['plane-admin', 'owner', 'auditor', 'soc', 'privacy', 'developer']
const standing = [
  planeWith(retain),
  ...roles.map((role) => named('RoleBinding', role, { role, people: [role] })),
  named('RoleBinding', 'mail-soc', { role: 'soc', people: ['mia'], over: { server: 'mail' } }),
  named('Consumer', 'office'),
  ...['mail', 'siem'].map((name) =>
    named('Server', name, { owner: 'team', upstream: { url: `https://${name}.internal/mcp` } }),
  ),
  named('Agent', 'clerk', { owner: 'team', consumers: ['office'] }),
]
const client = clientId('clerk', 'office')

describe('What is recorded', () => {
  let world: World
  let made = 0
  const tokens: Record<string, string> = {}
  before(async () => {
    world = await startWorld()
    await world.apply(standing)
    for (const name of [...roles, 'mia']) tokens[name] = await world.signIn(name)
    tokens.root = await world.signIn('root', { administrator: true })
  })
  after(() => world.stop())

  const ledger = () => world.started.installation.ledger.plane(ops)
  /** A call with arguments and a result, durable. */
  const call = async (about: Partial<Intent> = {}): Promise<CallId> => {
    const at = Date.now()
    const id = callAt(++made, at)
    const caller = { agent: 'clerk', consumer: 'office', client, server: 'siem' }
    const { user } = about
    await ledger().intend(intentOf(id, { at, ...caller, ...about }), Buffer.from('{"n":1}'))
    const subject = user === undefined ? (`client:${client}` as const) : (`user:${user}` as const)
    const bytes = Buffer.from('{"found":2}')
    await ledger().conclude(outcomeOf(id, { at }), { subject, at, bytes })
    return id
  }
  const read = (who: string, id: string, plane = 'ops') =>
    world.ask('GET', `/planes/${plane}/calls/${id}/recorded?reason=incident`, {
      token: tokens[who],
    })
  type Answer = { arguments: { state: string; text?: string }; result: { text?: string } }
  const stateOf = async (id: string) => (await read('soc', id)).json<Answer>().arguments.state
  const erase = (who: string, body: object, headers = {}) =>
    world.ask('POST', '/planes/ops/erase', {
      token: tokens[who],
      body: { reason: 'request 4711', ...body },
      headers,
    })
  const reads = async (): Promise<PayloadRead[]> => {
    const { store } = world.started.installation as never as {
      store: import('#store/store.ts').Store
    }
    const all = await store.plane(ops).ledger.read(1, 10_000, { types: ['payload.read'] })
    return all.flatMap(({ entry }) => (entry.type === 'payload.read' ? [entry] : []))
  }

  test('is read by whoever holds that right over the server, by name and with the reason in the ledger', async () => {
    const id = await call({ server: 'mail' })
    for (const who of ['soc', 'mia']) {
      const answer = await read(who, id)
      assert.equal(answer.status, 200, answer.text)
      const { arguments: given, result } = answer.json<Answer>()
      assert.deepEqual([given.state, given.text, result.text], ['whole', '{"n":1}', '{"found":2}'])
    }
    const last = (await reads()).slice(-2)
    assert.deepEqual(
      last.map(({ by, call, why }) => [by, call, why]),
      [
        ['person:soc', id, 'incident'],
        ['person:mia', id, 'incident'],
      ],
    )
  })

  test('is read by nobody else: not by auditor, plane-admin, privacy or administrator, and not over another server', async () => {
    const id = await call()
    const before = (await reads()).length
    for (const who of [...roles.filter((role) => role !== 'soc'), 'root', 'mia']) {
      const { status, text } = await read(who, id)
      assert.equal(status, 403, `${who}: ${text}`)
      assert.ok(!text.includes('"n"'))
    }
    assert.equal((await world.ask('GET', `/planes/ops/calls/${id}/recorded`)).status, 401)
    assert.equal((await reads()).length, before)
  })

  test('is not read where that it is read cannot be written', async () => {
    const id = await call()
    const { plane } = world.started.installation.ledger
    const unheard = { ...plane(ops), append: () => Promise.reject(new Error('the disk is full')) }
    Object.assign(world.started.installation.ledger, { plane: () => unheard })
    try {
      const { status, text } = await read('soc', id)
      assert.equal(status, 500)
      assert.ok(!text.includes('{\\"n\\":1}'))
    } finally {
      Object.assign(world.started.installation.ledger, { plane })
    }
    assert.equal((await read('soc', id)).status, 200)
  })

  test('of a user is erased, by whichever agent it was, and of nobody else', async () => {
    const other = { agent: 'hunter', client: clientId('hunter', 'office') }
    const his = [await call({ user: 'anna' }), await call({ user: 'anna', ...other })]
    const others = [await call({ user: 'ben' }), await call()]
    const answer = await erase('privacy', { user: 'anna' })
    assert.equal(answer.status, 200, answer.text)
    const { subject } = answer.json<{ subject: string }>()
    assert.match(subject, /^user:[0-9a-f]{64}$/)
    assert.ok(!answer.text.includes('anna'))
    for (const id of his) assert.equal(await stateOf(id), 'erased')
    for (const id of others) assert.equal(await stateOf(id), 'whole')
    assert.equal((await erase('privacy', { user: 'anna' })).status, 404)
  })

  test('that would be erased is told without erasing it, with the hash that entries name its subject by', async () => {
    const id = await call({ user: 'gina' })
    const dry = (await erase('privacy', { user: 'gina', dryRun: true })).json<
      Record<string, unknown>
    >()
    assert.equal(dry.revision, undefined)
    assert.equal((dry.periods as string[]).length, 1)
    assert.equal(await stateOf(id), 'whole')
    const done = (await erase('privacy', { user: 'gina' })).json<Record<string, unknown>>()
    assert.deepEqual([done.subject, done.periods], [dry.subject, dry.periods])
    const again = (await erase('privacy', { user: 'gina', dryRun: true })).json<object>()
    assert.deepEqual(again, { plane: 'ops', subject: dry.subject, periods: [] })
    assert.equal((await erase('soc', { user: 'gina', dryRun: true })).status, 403)
  })

  test('is erased by privacy and by the administrator alone, and by nobody who reads it', async () => {
    const id = await call({ user: 'carl' })
    for (const who of roles.filter((role) => role !== 'privacy')) {
      const { status, text } = await erase(who, { user: 'carl' })
      assert.equal(status, 403, `${who}: ${text}`)
    }
    assert.equal(await stateOf(id), 'whole')
    assert.equal((await erase('root', { user: 'carl' })).status, 200)
    assert.equal(await stateOf(id), 'erased')
  })

  test('is erased once by a command that is repeated with its key, and the answer is the same', async () => {
    await call({ user: 'dora' })
    const key = { 'idempotency-key': 'erase-dora' }
    const first = await erase('privacy', { user: 'dora' }, key)
    const id = await call({ user: 'dora' })
    const second = await erase('privacy', { user: 'dora' }, key)
    assert.deepEqual([second.status, second.text], [first.status, first.text])
    assert.equal(await stateOf(id), 'whole')
  })

  test('is erased of nobody against a hold: of whom it names, or of anybody where it names nobody', async () => {
    const [his, other] = [await call({ user: 'emil' }), await call({ user: 'fina' })]
    const agents = await call()
    await world.apply([planeWith(hold({ user: 'emil' }))])
    const refused = await erase('privacy', { user: 'emil' })
    assert.equal(refused.status, 403, refused.text)
    assert.match(refused.text, /hold \\"case-17\\"/)
    assert.equal(await stateOf(his), 'whole')
    assert.equal((await erase('privacy', { user: 'fina' })).status, 200)
    assert.equal(await stateOf(other), 'erased')

    await world.apply([planeWith(hold({ server: 'siem' }))])
    for (const whom of [{ user: 'emil' }, { agent: 'clerk@office' }])
      assert.equal((await erase('root', whom)).status, 403)
    await world.apply([planeWith(hold({ agent: 'clerk' }))])
    for (const whom of [{ user: 'emil' }, { agent: 'clerk@office' }])
      assert.equal((await erase('root', whom)).status, 403)
    await world.apply([planeWith(hold({ agent: 'hunter' }))])
    assert.equal((await erase('root', { agent: 'clerk@office' })).status, 200)
    assert.equal(await stateOf(agents), 'erased')

    await world.apply([planeWith(retain)])
    assert.equal((await erase('privacy', { user: 'emil' })).status, 200)
    assert.equal(await stateOf(his), 'erased')
  })

  test('of somebody is asked for with a reason, and in words that leave no doubt', async () => {
    for (const body of [
      { user: 'x', reason: '' },
      { user: 'x', agent: 'clerk@office' },
      {},
      { user: 'x', before: '2026-13' },
      { user: 'x', before: '2026-11-01' },
      { user: 'x', plane: 'finance' },
      { agent: 'nobody' },
    ])
      assert.ok(
        [400, 404, 422].includes((await erase('privacy', body)).status),
        JSON.stringify(body),
      )
    assert.equal((await erase('privacy', { agent: 'gone@office' })).status, 404)
  })
})
