// Runs on both stores.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { accounts, startAccounts } from './accounts.ts'
import { bearer } from './calling.ts'
import { agent, consumer, documents, grant, plane } from './plane.ts'

const canary = 'DE99cAnArY7f1c9b2e'

const payment = { class: 'read', record: 'all', data: ['payment'] }
const dataPaths = {
  arguments: { '$.iban': 'payment', '$..accounts[*].number': 'payment' },
  result: { '$..iban': 'payment', '$..number': 'payment' },
}
const tools = {
  pay: { ...payment, dataPaths },
  // Nobody has marked where its payment data stands.
  note: payment,
  plain: { ...payment, dataPaths },
  report: { ...payment, dataPaths },
}
const mask = { ledger: { mask: ['payment'] } }

describe('What a plane masks', () => {
  let bank: Awaited<ReturnType<typeof startAccounts>>
  let gateway: Gateway
  let url: string
  let token: string

  before(async () => {
    bank = await startAccounts()
    gateway = await startGateway({
      documents: documents(
        plane('ops', mask),
        consumer(),
        agent('planner'),
        agent('stranger'),
        accounts(bank.url, tools, { resources: { 'accounts://{iban}': payment } }),
        grant('all', 'planner', [{ server: 'accounts' }]),
        grant('none', 'stranger', [{ server: 'accounts', tools: ['look'] }]),
      ),
    })
    url = `${gateway.origin}/mcp/ops/accounts`
    token = await gateway.token('planner', url)
  })
  after(async () => {
    await gateway?.stop()
    bank?.stop()
  })

  const send = async (method: string, params: object, by = token): Promise<string> => {
    const { headers, body } = modern(method, params as never)
    return (await exchange(url, { headers: { ...headers, ...bearer(by) }, body })).body
  }
  const call = (name: string, given: object, by = token) =>
    send('tools/call', { name, arguments: given }, by)
  const entries = async () => (await gateway.ledger('ops')).entries
  const newest = async (type = 'call.intent') => {
    const found = (await entries()).findLast((one) => one.type === type)
    assert(found)
    return found
  }
  const recorded = async () => {
    const { stdout } = await gateway.cli(['why', (await newest()).call, '--recorded', '--json'])
    assert.ok(!stdout.includes(canary), stdout)
    const { recorded } = JSON.parse(stdout)
    return { arguments: recorded.arguments.text, result: recorded.result.text }
  }

  test('is masked in arguments and result before they are committed to, and reaches server and caller whole', async () => {
    const answer = await call('pay', {
      iban: canary,
      amount: 7,
      a: { accounts: [{ number: canary }] },
    })
    assert.ok(answer.includes(canary))
    const { arguments: given, result } = await recorded()
    assert.deepEqual(JSON.parse(given), {
      a: { accounts: [{ number: '[masked]' }] },
      amount: 7,
      iban: '[masked]',
    })
    assert.equal(JSON.parse(result).result.structuredContent.iban, '[masked]')
    const [intent, outcome] = [await newest(), await newest('call.outcome')]
    assert.deepEqual([intent.masked, outcome.masked], [['payment'], ['payment']])
  })

  test('where nobody has marked it, withholds all of the arguments and of the result', async () => {
    await call('note', { iban: canary })
    assert.deepEqual(await recorded(), { arguments: '"[withheld]"', result: '"[withheld]"' })
  })

  test('is not looked for in words: what is no JSON is withheld', async () => {
    await call('plain', { iban: canary })
    const { arguments: given, result } = await recorded()
    assert.deepEqual(JSON.parse(given), { iban: '[masked]' })
    assert.match(JSON.parse(result).result.content[0].text, /^Withheld/)
  })

  test('is not recorded of what was streamed, which is counted', async () => {
    await call('report', { iban: canary, length: 10 })
    await recorded()
    const { eventBytes } = await newest('call.outcome')
    assert.ok(Number(eventBytes) > 100)
  })

  test('is in no URI that an entry names: the template stands there, of a refused call too', async () => {
    await send('resources/read', { uri: `accounts://${canary}` })
    const intent = await newest()
    assert.equal(intent.name, 'accounts://{iban}')
    assert.deepEqual(await recorded(), { arguments: '"[withheld]"', result: '"[withheld]"' })
    const stranger = await gateway.token('stranger', url)
    await send('resources/read', { uri: `accounts://${canary}` }, stranger)
    assert.equal((await newest('call.refused')).name, 'accounts://{iban}')
  })

  test('arguments in a place that no path is about are withheld', async () => {
    for (const given of [[canary], canary, { deep: { iban: canary } }] as unknown[])
      await send('tools/call', { name: 'pay', arguments: given })
    await send('tools/call', { name: 'pay', _meta: { iban: canary } })
    const { arguments: shown } = await recorded()
    assert.equal(shown, '"[withheld]"')
  })

  test('cannot be indexed: neither document is taken that would put it into entries', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bailiwick-'))
    const apply = async (...all: string[]) => {
      const file = join(folder, 'documents.yaml')
      await writeFile(file, documents(...all))
      return gateway.cli(['apply', '-f', file, '--set', 'test', '--dry-run'])
    }
    try {
      const indexed = { pay: { ...tools.pay, index: ['iban'] } }
      const server = await apply(accounts(bank.url, indexed))
      assert.match(server.stderr, /pay indexes iban, which \$\.iban marks, and the plane masks it/)
      const fine = await apply(accounts(bank.url, { pay: { ...tools.pay, index: ['amount'] } }))
      assert.equal(fine.code, 0, fine.stderr)
      const unmarked = await apply(accounts(bank.url, { note: { ...payment, index: ['n'] } }))
      assert.match(unmarked.stderr, /note indexes n, which may be data of the class payment/)
      const filter = { arguments: { "$[?@ == 'x']": 'payment' } }
      const union = { arguments: { "$['a]', ?@ == 'x']": 'payment' } }
      const either = { note: { ...payment, dataPaths: union, index: ['n'] } }
      assert.match((await apply(accounts(bank.url, either))).stderr, /note indexes n, which/)
      const variants = {
        look: { class: 'read', index: ['n'] },
        look_less: {
          class: 'read',
          variantOf: 'look',
          remove: ['$.x'],
          data: ['payment'],
          dataPaths: { arguments: { '$.n': 'payment' } },
        },
      }
      const derived = await apply(accounts(bank.url, variants))
      assert.match(derived.stderr, /look_less indexes n, which \$\.n marks/)
      const maybe = { note: { ...payment, dataPaths: filter, index: ['n'] } }
      assert.match((await apply(accounts(bank.url, maybe))).stderr, /note indexes n, which/)
      const both = await apply(
        plane('ops', { ledger: { mask: ['payment', 'secret'] } }),
        accounts(bank.url, { look: { class: 'read', data: ['secret'], index: ['n'] } }),
      )
      assert.match(both.stderr, /look indexes n/)
      const wrong = { note: { ...payment, dataPaths: { arguments: { iban: 'payment' } } } }
      assert.match((await apply(accounts(bank.url, wrong))).stderr, /iban is no path of RFC 9535/)
      const strange = { note: { class: 'read', dataPaths: { arguments: { '$.n': 'health' } } } }
      assert.match(
        (await apply(accounts(bank.url, strange))).stderr,
        /`data` does not name: health/,
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('stands in no file and in no table of the store, in no log and in no answer of the terminal', async () => {
    const told = [
      await gateway.cli(['calls', '--json']),
      await gateway.cli(['export']),
      await gateway.cli(['status', '--json']),
    ]
    for (const { stdout, stderr } of told) assert.ok(!(stdout + stderr).includes(canary))
    assert.ok(!JSON.stringify(await entries()).includes(canary))
    assert.ok(!gateway.output().includes(canary))
    const stored = await gateway.stored()
    assert.ok([...stored.values()].some((text) => text.includes('call.intent')))
    for (const [place, text] of stored) assert.ok(!text.includes(canary), place)
  })
})
