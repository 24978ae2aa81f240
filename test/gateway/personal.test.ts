// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import type { Raw } from '../peers/ledger.ts'
import { exchange, modern } from '../peers/wire.ts'
import { accounts, startAccounts } from './accounts.ts'
import { bearer } from './calling.ts'
import { agent, consumer, documents, grant, plane } from './plane.ts'

const customer = { argument: 'customer', personal: true }
const tools = {
  pay: { class: 'read', index: ['amount', customer] },
  look: { class: 'read', index: ['customer'] },
  note: {
    class: 'read',
    data: ['health'],
    dataPaths: { arguments: { '$.customer': 'health' } },
    index: ['customer'],
  },
}
const resources = {
  'accounts://{iban}': { class: 'read', index: [{ argument: 'iban', personal: true }] },
}
const hash = /^hmac2:[0-9a-f]{64}$/

describe('A personal argument that is indexed', () => {
  let bank: Awaited<ReturnType<typeof startAccounts>>
  let gateway: Gateway
  let url: string

  before(async () => {
    bank = await startAccounts()
    const server = [{ server: 'accounts' }]
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        ...['planner', 'clerk', 'stranger'].map((name) => agent(name)),
        accounts(bank.url, tools, { resources }),
        grant('one', 'planner', server),
        grant('two', 'clerk', server),
        grant('three', 'stranger', [{ server: 'accounts', tools: ['plain'] }]),
      ),
    })
    url = `${gateway.origin}/mcp/ops/accounts`
  })
  after(async () => {
    await gateway?.stop()
    bank?.stop()
  })

  const send = async (by: string, method: string, params: object): Promise<Raw> => {
    const { headers, body } = modern(method, params as never)
    const token = await gateway.token(by, url)
    await exchange(url, { headers: { ...headers, ...bearer(token) }, body })
    const found = (await gateway.ledger('ops')).entries.findLast(({ type }) =>
      /^call\.(intent|refused)$/.test(type),
    )
    assert(found)
    return found
  }
  const call = (by: string, name: string, given: object) =>
    send(by, 'tools/call', { name, arguments: given })
  const count = async (where: string, ...more: string[]): Promise<number> => {
    const about = ['--capability', 'accounts/pay', '--where', where, '--count', '--json']
    const { stdout, stderr, code } = await gateway.cli(['calls', ...about, ...more])
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout).count
  }

  test('stands in the entry as a keyed hash, one for each subject; what is plain beside it as it was given', async () => {
    const one = await call('planner', 'pay', { amount: 7, customer: 4711 })
    const other = await call('clerk', 'pay', { amount: 7, customer: 4711 })
    const again = await call('planner', 'pay', { amount: 8, customer: '4711' })
    assert.deepEqual([one['arg.amount'], again['arg.amount']], ['7', '8'])
    for (const entry of [one, other]) assert.match(String(entry['arg.customer']), hash)
    assert.equal(again['arg.customer'], one['arg.customer'])
    assert.notEqual(other['arg.customer'], one['arg.customer'])
    assert.equal((await call('planner', 'pay', {}))['arg.customer'], null)
    assert.equal((await call('planner', 'pay', { customer: [4711] }))['arg.customer'], true)
  })

  test('attack: one that an author has only marked as data of a class stands as a hash too', async () => {
    const entry = await call('planner', 'note', { customer: '4711' })
    assert.match(String(entry['arg.customer']), hash)
    assert.equal((await call('planner', 'look', { customer: '4711' }))['arg.customer'], '4711')
  })

  test('attack: of a refused call it stands as a hash as well', async () => {
    const entry = await call('stranger', 'pay', { customer: '4711' })
    assert.equal(entry.type, 'call.refused')
    assert.match(String(entry['arg.customer']), hash)
  })

  test('attack: as a variable of a URI it is in no name either: the template stands there', async () => {
    for (const by of ['planner', 'stranger']) {
      const entry = await send(by, 'resources/read', { uri: 'accounts://DE4711' })
      assert.equal(entry.name, 'accounts://{iban}')
      assert.match(String(entry['arg.iban']), hash)
      assert.ok(!JSON.stringify(entry).includes('DE4711'))
    }
  })

  test('is asked for by what was given, of every caller or of one', async () => {
    assert.equal(await count('arg.customer=4711'), 4)
    assert.equal(await count('arg.customer=4711', '--since', '1h'), 4)
    assert.equal(await count('arg.customer=4711', '--agent', 'clerk'), 1)
    assert.equal(await count('arg.customer=4711', '--result', 'denied'), 1)
    assert.equal(await count('arg.customer=4712'), 0)
    assert.equal(await count('arg.customer=4711', '--until', '1h'), 0)
    assert.equal(await count('arg.customer!=4711'), 2)
  })

  test('is told as its hash, by which calls are asked for too', async () => {
    const about = ['--where', 'arg.amount=8', '--capability', 'accounts/pay']
    const { stdout } = await gateway.cli(['calls', ...about, '--json'])
    const [{ indexed }] = JSON.parse(stdout)
    const { customer } = indexed
    assert.match(customer, hash)
    assert.equal(await count(`arg.customer=${customer}`), 2)
    const list = await gateway.cli(['calls', ...about])
    assert.match(list.stdout, new RegExp(`customer=${customer.slice(0, 18)}…`), list.stdout)
  })

  test('is not counted by its values, which nobody could tell apart: an error says so', async () => {
    const about = ['--capability', 'accounts/pay', '--facet', 'arg.customer']
    const { stderr, code } = await gateway.cli(['calls', ...about])
    assert.notEqual(code, 0)
    assert.match(stderr, /accounts\/pay is called with as customer is personal/)
    const plain = await gateway.cli([
      'calls',
      '--capability',
      'accounts/pay',
      '--facet',
      'arg.amount',
    ])
    assert.equal(plain.code, 0, plain.stderr)
  })

  test('stays personal where somebody classifies anew and leaves the word out', async () => {
    const classified = ['server', 'classify', 'ops/accounts', 'pay', 'read']
    const indexed = ['--index', 'amount', '--index', 'customer']
    const { stderr, code } = await gateway.cli([...classified, ...indexed])
    assert.equal(code, 0, stderr)
    const entry = await call('planner', 'pay', { customer: '4711', amount: 9 })
    assert.match(String(entry['arg.customer']), hash)
  })

  test('attack: once its subject is erased no question finds it, in an index made anew neither; every entry and proof stays', async () => {
    const before = (await gateway.ledger('ops')).entries
    const erased = ['ledger', 'erase', 'ops', '--agent', 'planner@workplace-ai']
    const gone = await gateway.cli([...erased, '--reason', 'request 4711'])
    assert.equal(gone.code, 0, gone.stderr)
    const left = async () => [await count('arg.customer=4711'), await count('arg.amount=7')]
    assert.deepEqual(await left(), [2, 2])
    const made = await gateway.cli(['ledger', 'reindex', 'ops'])
    assert.equal(made.code, 0, made.stderr)
    assert.deepEqual(await left(), [2, 2])
    const { entries, sound } = await gateway.ledger('ops')
    assert.ok(sound)
    assert.deepEqual(entries.slice(0, before.length), before)
    const verified = await gateway.cli(['verify', 'ops'])
    assert.equal(verified.code, 0, verified.stdout + verified.stderr)

    const entry = await call('planner', 'pay', { customer: '4711' })
    assert.ok(!before.some((one) => one['arg.customer'] === entry['arg.customer']))
    assert.equal(await count('arg.customer=4711'), 3)
  })
})
