import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { clientId, planeId } from '#domain/name.ts'
import { accounts, startAccounts } from '../gateway/accounts.ts'
import { bearer } from '../gateway/calling.ts'
import { exchange, modern } from '../peers/wire.ts'
import { startWorld, type World } from './world.ts'

const ops = planeId('ops')
const consumer = 'workplace-ai'
const customer = { argument: 'customer', personal: true }
const tools = {
  pay: { class: 'read', index: ['amount', customer] },
  look: { class: 'read', index: ['customer'] },
}
const agent = (name: string) => ({
  ...{ kind: 'Agent', plane: 'ops', name, owner: 'tests', consumers: [consumer] },
  authenticate: { secret: true },
})
const grant = (name: string) => ({
  ...{ kind: 'Grant', plane: 'ops', name, agent: name, consumer, reason: 'a test' },
  allow: [{ server: 'accounts' }, { server: 'other' }],
})
const role = (name: string, person: string, over: object = {}) => ({
  ...{ kind: 'RoleBinding', plane: 'ops', name: person, role: name, people: [person] },
  ...over,
})

describe('A person is found', () => {
  let bank: Awaited<ReturnType<typeof startAccounts>>
  let world: World
  const tokens: Record<string, string> = {}
  let server: { readonly tools: object }
  before(async () => {
    bank = await startAccounts()
    world = await startWorld()
    server = JSON.parse(accounts(bank.url, tools))
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      { kind: 'Plane', name: 'finance' },
      { kind: 'Consumer', plane: 'ops', name: consumer },
      server,
      { ...server, name: 'other' },
      ...['planner', 'clerk'].flatMap((name) => [agent(name), grant(name)]),
      ...['privacy', 'soc', 'auditor'].map((name) => role(name, name)),
      role('privacy', 'petra', { over: { server: 'other' } }),
    ])
    for (const name of ['accounts', 'other']) await world.started.installation.refresh(ops, name)
    for (const name of ['privacy', 'soc', 'auditor', 'petra'])
      tokens[name] = await world.signIn(name)
    tokens.root = await world.signIn('root', { administrator: true })
  })
  after(async () => {
    await world?.stop()
    bank?.stop()
  })

  const call = async (
    by: string,
    given: object,
    { server = 'accounts', name = 'pay' } = {},
  ): Promise<string> => {
    const { identity, calls } = world.started.installation
    const url = `${world.origin}/mcp/ops/${server}`
    const { token } = await identity.mint(ops, clientId(by, consumer), url, [], 'test')
    const { headers, body } = modern('tools/call', { name, arguments: given } as never)
    const { body: told } = await exchange(url, { headers: { ...headers, ...bearer(token) }, body })
    assert.match(told, /"done":true/)
    const [newest] = await calls.list({ plane: ops, most: 1 })
    return newest?.call ?? ''
  }
  const post = (who: string, path: string, body: object, plane = 'ops') =>
    world.ask('POST', `/planes/${plane}/find${path}`, { token: tokens[who], body })
  const keyFor = async (who: string): Promise<string> => {
    const answer = await post(who, '/key', {})
    assert.equal(answer.status, 200, answer.text)
    return answer.json<{ key: string }>().key
  }
  const hashBy = (key: string, text: string, argument = 'customer') =>
    createHmac('sha256', Buffer.from(key, 'hex')).update(`${argument}\0${text}`).digest('hex')
  interface Found {
    readonly items: readonly { readonly call: string }[]
    readonly next?: string
  }
  const find = async (who: string, text: string, more: object = {}): Promise<Found> => {
    const hash = hashBy(await keyFor(who), text)
    const answer = await post(who, '', { argument: 'customer', hash, ...more })
    assert.equal(answer.status, 200, answer.text)
    return answer.json<Found>()
  }
  const callsOf = ({ items }: Found) => items.map(({ call }) => call)
  const entries = async () => {
    const { change, ledgerFile } = world.started.installation
    assert.ok(change.current().planes.has(ops))
    return (await ledgerFile(ops).read(1, 10_000)).map(({ entry }) => entry)
  }

  const text = 'Ayşe Yılmaz 4711'
  const made: string[] = []
  test('by a hash of what was given: exactly their calls, newest first, whoever called', async () => {
    made.push(await call('planner', { amount: 1, customer: text }))
    await call('planner', { amount: 1, customer: 'Ayşe Yılmaz 4712' })
    made.push(await call('clerk', { amount: 2, customer: text }))
    // Of what is not personal there the text stands in the entry, and it is asked for by that.
    await call('planner', { customer: text }, { name: 'look' })
    assert.deepEqual(callsOf(await find('privacy', text)), made.toReversed())
    assert.deepEqual(callsOf(await find('privacy', 'somebody else')), [])
    assert.deepEqual(callsOf(await find('privacy', text, { until: '1h' })), [])
    const numbers = await call('planner', { customer: 4713 })
    assert.deepEqual(callsOf(await find('privacy', '4713')), [numbers])
  })

  test('page by page, without a call twice', async () => {
    const first = await find('soc', text, { limit: 1 })
    assert.deepEqual(callsOf(first), [made[1]])
    const { items } = await find('soc', text, { limit: 1, after: first.next })
    assert.deepEqual(callsOf({ items }), [made[0]])
  })

  test('attack: what is looked for stands nowhere: not in the entry that says who looked, when and why', async () => {
    const key = await keyFor('privacy')
    const hash = hashBy(key, text)
    const reason = 'request 4711 of the authority'
    await post('privacy', '', { argument: 'customer', hash, reason, since: '2h' })
    const all = await entries()
    const asked = all.findLast((one) => one.type === 'find.asked')
    assert(asked?.type === 'find.asked')
    const { by, argument, why, since, until } = asked
    assert.deepEqual([by, argument, why], ['person:privacy', 'customer', reason])
    assert.ok(since !== undefined && until === undefined)
    const given = all.findLast((one) => one.type === 'find.key')
    assert(given?.type === 'find.key')
    assert.equal(given.by, 'person:privacy')
    const kept = JSON.stringify(all)
    assert.ok(!kept.includes(hash) && !kept.includes(key))
  })

  test('by those who may: the key is for nobody else, an administrator neither', async () => {
    for (const who of ['auditor', 'root']) {
      for (const [path, body] of [
        ['/key', {}],
        ['', { argument: 'customer', hash: '0'.repeat(64) }],
      ] as const)
        assert.equal((await post(who, path, body)).status, 403, who)
      const about = { token: tokens[who] }
      assert.equal((await world.ask('GET', '/planes/ops/find', about)).status, 403)
    }
    assert.equal((await post('privacy', '/key', {}, 'finance')).status, 404)
  })

  test('attack: who may look over one server finds no call of another', async () => {
    const theirs = await call('planner', { customer: text }, { server: 'other' })
    assert.deepEqual(callsOf(await find('petra', text)), [theirs])
    made.push(theirs)
    assert.deepEqual(callsOf(await find('privacy', text)), made.toReversed())
  })

  test('by arguments that are personal, which are told with what else takes one of that name', async () => {
    const answer = await world.ask('GET', '/planes/ops/find', { token: tokens.privacy })
    interface Told {
      readonly arguments: readonly {
        readonly argument: string
        readonly capabilities: string[]
        readonly others: string[]
      }[]
    }
    const [only, ...others] = answer.json<Told>().arguments
    assert.deepEqual(others, [])
    assert.equal(only?.argument, 'customer')
    assert.deepEqual(only?.capabilities, ['accounts/pay', 'other/pay'])
    assert.deepEqual(only?.others, ['accounts/look', 'other/look'])
    const hash = '0'.repeat(64)
    const plain = await post('privacy', '', { argument: 'amount', hash })
    assert.equal(plain.status, 422, plain.text)
    assert.match(plain.text, /not-indexed/)
  })

  test('attack: nobody is found any more once their subject is erased; the calls of others are', async () => {
    const body = { agent: `planner@${consumer}`, reason: 'request 4711' }
    const erased = await world.ask('POST', '/planes/ops/erase', { token: tokens.privacy, body })
    assert.equal(erased.status, 200, erased.text)
    assert.deepEqual(callsOf(await find('privacy', text)), [made[1]])
    const again = await call('planner', { customer: text })
    assert.deepEqual(callsOf(await find('privacy', text)), [again, made[1]])
  })

  test('attack: who tries texts one after the other is held up, and nobody else is', async () => {
    const hash = '0'.repeat(64)
    const ask = (who: string) => post(who, '', { argument: 'customer', hash })
    const statuses = new Set<number>()
    for (let n = 0; n < 40; n++) statuses.add((await ask('soc')).status)
    assert.deepEqual(statuses, new Set([200, 429]))
    assert.equal((await ask('petra')).status, 200)
  })

  test('where earlier calls do not say whom they were about, it is told from when on they do', async () => {
    const early = await call('clerk', { customer: text }, { name: 'note' })
    const index = { class: 'read', index: [customer] }
    await world.apply([{ ...server, tools: { ...server.tools, note: index } }])
    const late = await call('clerk', { customer: text }, { name: 'note' })
    const { at } = (await entries()).find((one) => 'call' in one && one.call === early) ?? {}
    const hash = hashBy(await keyFor('privacy'), text)
    const refused = await post('privacy', '', { argument: 'customer', hash })
    assert.equal(refused.status, 422, refused.text)
    const { recordedSince } = refused.json<{ recordedSince: number }>()
    assert.equal(recordedSince, Number(at) + 1)
    const since = new Date(recordedSince).toISOString()
    assert.deepEqual(callsOf(await find('privacy', text, { since })), [late])
  })
})
