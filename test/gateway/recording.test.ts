// Runs on both stores.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import type { Raw } from '../peers/ledger.ts'
import { exchange, modern } from '../peers/wire.ts'
import { accounts, startAccounts } from './accounts.ts'
import { bearer } from './calling.ts'
import { agent, consumer, documents, grant, plane } from './plane.ts'

interface Side {
  readonly state: string
  readonly text?: string
  readonly nonce?: string
}
interface Recorded {
  readonly recorded: { readonly arguments: Side; readonly result: Side }
}

const sha256 = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
/** As docs/payloads.md says it. */
const commitTo = (nonce: string, text: string) =>
  sha256('bailiwick/commit/v1\0', Buffer.from(nonce, 'hex'), text)

describe('What is recorded of a call', () => {
  let bank: Awaited<ReturnType<typeof startAccounts>>
  let gateway: Gateway
  let url: string
  let token: string

  before(async () => {
    bank = await startAccounts()
    gateway = await startGateway({
      documents: documents(
        plane('ops', { ledger: { resultBytes: 1024 } }),
        consumer(),
        agent('planner'),
        agent('clerk'),
        accounts(bank.url, {
          pay: { class: 'write', record: 'all', data: ['payment'] },
          look: { class: 'read', record: 'none' },
          plain: { class: 'read', record: 'digest' },
          report: { class: 'read', record: 'all' },
          pay_hidden: { class: 'read', variantOf: 'pay', remove: ['$.iban'] },
        }),
        ...['planner', 'clerk'].map((name) => grant(name, name, [{ server: 'accounts' }])),
      ),
    })
    url = `${gateway.origin}/mcp/ops/accounts`
    token = await gateway.token('planner', url)
  })
  after(async () => {
    await gateway?.stop()
    bank?.stop()
  })

  const call = async (name: string, given: object, by = token): Promise<string> => {
    const { headers, body } = modern('tools/call', { name, arguments: given } as never)
    const answer = await exchange(url, { headers: { ...headers, ...bearer(by) }, body })
    assert.equal(answer.status, 200, answer.body)
    return answer.body
  }
  const newest = async (type: string): Promise<Raw> => {
    const { entries, sound } = await gateway.ledger('ops')
    assert.ok(sound)
    const found = entries.findLast((one) => one.type === type)
    assert(found)
    return found
  }
  const why = async (of: string): Promise<Recorded['recorded']> => {
    const { stdout, stderr, code } = await gateway.cli(['why', of, '--recorded', '--json'])
    assert.equal(code, 0, stderr)
    return (JSON.parse(stdout) as Recorded).recorded
  }

  test('is its arguments, where nothing else is said, with a commitment that they prove', async () => {
    await call('note', { n: 1 })
    const intent = await newest('call.intent')
    const { arguments: given, result } = await why(intent.call)
    assert.equal(given.state, 'whole')
    assert.deepEqual(JSON.parse(given.text ?? ''), { n: 1 })
    assert.equal(intent.argumentsCommit, commitTo(given.nonce ?? '', given.text ?? ''))
    assert.match(String(intent.argumentsSealed), /^[0-9a-f]{64}$/)
    assert.equal(intent.record, undefined)
    assert.equal(intent.data, undefined)
    assert.deepEqual(result, { state: 'none' })
    assert.equal((await newest('call.outcome')).resultCommit, undefined)
  })

  test('is nothing where its owner wants nothing, and the entry says so', async () => {
    await call('look', { n: 2 })
    const intent = await newest('call.intent')
    assert.equal(intent.record, 'none')
    assert.equal(intent.argumentsCommit, undefined)
    assert.equal(intent.argumentBytes, 7)
    assert.deepEqual((await why(intent.call)).arguments, { state: 'none' })
  })

  test('is a digest that proves the text to whoever has it, and does not hold it', async () => {
    await call('plain', { iban: 'DE1' })
    const intent = await newest('call.intent')
    const { arguments: given } = await why(intent.call)
    assert.deepEqual(Object.keys(given).sort(), ['nonce', 'state'])
    assert.equal(given.state, 'digest')
    assert.equal(intent.argumentsCommit, commitTo(given.nonce ?? '', '{"iban":"DE1"}'))
    assert.notEqual(intent.argumentsCommit, commitTo(given.nonce ?? '', '{"iban":"DE2"}'))
  })

  test('is the result too, byte for byte as its caller got it, with the data classes of the call', async () => {
    const answer = await call('pay', { iban: 'DE1', amount: 7 })
    const [intent, outcome] = [await newest('call.intent'), await newest('call.outcome')]
    assert.deepEqual([intent.record, intent.data], ['all', ['payment']])
    const { result } = await why(intent.call)
    assert.equal(result.text, answer)
    assert.equal(outcome.resultRecorded, answer.length)
    assert.equal(outcome.resultCommit, commitTo(result.nonce ?? '', answer))
  })

  test('of a variant is what its caller got, at the level of what it is derived from', async () => {
    const answer = await call('pay_hidden', { iban: 'DE7', amount: 7 })
    assert.ok(!answer.includes('DE7'))
    const intent = await newest('call.intent')
    assert.deepEqual([intent.record, intent.data], ['all', ['payment']])
    const { arguments: given, result } = await why(intent.call)
    assert.equal(result.text, answer)
    assert.match(given.text ?? '', /DE7/)
  })

  test('of a stream is what was relayed; what was cut is said', async () => {
    const events = (body: string) =>
      body.split('\n').flatMap((line) => line.split('data: ')[1] ?? [])
    const short = events(await call('report', { length: 10 }))
    assert.equal(short.length, 3)
    const whole = await why((await newest('call.intent')).call)
    assert.equal(whole.result.text, short.join('\n'))
    const about = await newest('call.outcome')
    const [final = ''] = short.slice(-1)
    assert.equal(about.resultBytes, final.length)
    assert.equal(about.eventBytes, short.slice(0, 2).join('').length)
    assert.equal(about.resultRecorded, short.join('\n').length)

    const [long = ''] = events(await call('report', { length: 4000 })).slice(-1)
    const cut = await why((await newest('call.intent')).call)
    assert.equal(cut.result.text, long.slice(0, 1024))
    const said = await newest('call.outcome')
    assert.deepEqual([said.resultBytes, said.resultRecorded], [long.length, 1024])
  })

  test('is read by nobody unheard: reading is an entry, durable before the answer', async () => {
    await call('note', { n: 3 })
    const { call: id } = await newest('call.intent')
    const { code } = await gateway.cli(['why', id, '--recorded', '--reason', 'incident 7'])
    assert.equal(code, 0)
    const read = await newest('payload.read')
    assert.deepEqual([read.call, read.why], [id, 'incident 7'])
    assert.match(String(read.by), /^local:/)
    const before = (await gateway.ledger('ops')).entries.length
    await gateway.cli(['why', id])
    assert.equal((await gateway.ledger('ops')).entries.length, before)
  })

  test('is erased with the keys of its subject, of past and present, and of nobody else; proofs hold', async () => {
    const clerk = await gateway.token('clerk', url)
    await call('pay', { iban: 'DE1' })
    const erased = await newest('call.intent')
    await call('pay', { iban: 'DE2' }, clerk)
    const other = await newest('call.intent')
    const before = (await gateway.ledger('ops')).entries

    const { stdout, stderr, code } = await gateway.cli([
      'ledger',
      'erase',
      'ops',
      '--agent',
      'planner@workplace-ai',
      '--reason',
      'request 4711',
      '--json',
    ])
    assert.equal(code, 0, stderr)
    const told = JSON.parse(stdout)
    assert.match(told.subject, /^client:[0-9a-f]{64}$/)
    const { arguments: given, result } = await why(erased.call)
    assert.deepEqual([given, result], [{ state: 'erased' }, { state: 'erased' }])
    assert.equal((await why(other.call)).arguments.state, 'whole')
    const entry = await newest('ledger.erased')
    assert.deepEqual(
      [entry.subject, entry.periods, entry.keys, entry.why, entry.revision],
      [told.subject, told.periods, 1, 'request 4711', told.revision],
    )
    // What the entries say of it stands, and is what it was.
    const after = (await gateway.ledger('ops')).entries
    assert.deepEqual(after.slice(0, before.length), before)

    // Whoever calls again has another key, and what was erased stays so, after a start as well.
    await call('pay', { iban: 'DE3' })
    const again = await newest('call.intent')
    assert.equal((await why(again.call)).arguments.text, '{"iban":"DE3"}')
    assert.equal((await why(erased.call)).arguments.state, 'erased')
    await gateway.kill()
    gateway = await gateway.restart()
    url = `${gateway.origin}/mcp/ops/accounts`
    assert.equal((await why(erased.call)).arguments.state, 'erased')
    assert.equal((await why(again.call)).arguments.text, '{"iban":"DE3"}')
  })

  test('of somebody of whom there is nothing is not erased, and a misspelt name is told so', async () => {
    const erase = (...more: string[]) =>
      gateway.cli(['ledger', 'erase', 'ops', '--reason', 'x', ...more])
    const nobody = await erase('--user', 'nobody@example.com')
    assert.equal(nobody.code, 6, nobody.stderr)
    assert.match(nobody.stderr, /Nothing is recorded in plane ops/)
    assert.match((await erase()).stderr, /Say of whom/)
    assert.match((await erase('--user', 'a', '--agent', 'planner')).stderr, /Say of whom/)
    assert.match((await erase('--user', 'a', '--before', '2026')).stderr, /a month such as/)
    const early = await erase('--agent', 'planner', '--before', '2020-01')
    assert.match(early.stderr, /before 2020-01/)
  })
})
