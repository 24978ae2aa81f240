// Runs on both stores.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { assertNowhere, finds } from '../peers/canaries.ts'
import { startGateway } from '../peers/gateway.ts'
import { readFiles } from '../peers/stored.ts'
import { exchange, modern } from '../peers/wire.ts'
import { accounts, startAccounts } from './accounts.ts'
import { bearer } from './calling.ts'
import { agent, consumer, documents, grant, plane } from './plane.ts'

const canary = {
  /** Of a class that the plane masks, in arguments and in the result. */
  masked: 'cAnArY-masked "7f1c"',
  /** Recorded, encrypted. */
  argument: 'cAnArY-argument/9b2e+ü',
  /** Indexed, and personal: by the index, and by a mark. */
  customer: 'cAnArY-customer "4711" é',
  patient: 'cAnArY-patient_0815',
  /** A variable of a URI. */
  iban: 'cAnArYDE4711',
}
const all = Object.values(canary)
/** Indexed as it is given: what the search has to find. */
const inTheOpen = 'cAnArY-plain-33d0'

const tools = {
  pay: {
    class: 'read',
    record: 'all',
    data: ['payment'],
    dataPaths: {
      arguments: { '$.iban': 'payment' },
      result: { '$..iban': 'payment' },
    },
    index: [{ argument: 'customer', personal: true }],
  },
  note: {
    class: 'read',
    record: 'all',
    data: ['health'],
    dataPaths: { arguments: { '$.patient': 'health' } },
    index: ['patient'],
  },
  look: { class: 'read', record: 'all', index: ['line'] },
}
const byIban = { class: 'read', record: 'all', index: [{ argument: 'iban', personal: true }] }

test('the search finds a canary in each of its spellings, wherever it begins', () => {
  const json = JSON.stringify({ a: canary.customer })
  for (const text of [json, JSON.stringify(json), json.replaceAll('é', '\\u00e9')])
    assert.ok(finds(Buffer.from(text).toString('latin1'), canary.customer.replace(' é', '')), text)
  for (const one of all) {
    const bytes = Buffer.from(one)
    for (let before = 0; before < 4; before++) {
      const around = Buffer.concat([Buffer.alloc(before, '{'), bytes, Buffer.from('"}')])
      for (const as of ['latin1', 'hex', 'base64', 'base64url'] as const)
        assert.ok(finds(around.toString(as), one), `${as} behind ${before}`)
    }
    assert.ok(!finds(around(`${one.slice(0, -1)}#`), one))
    assert.throws(
      () => assertNowhere([['here', around(one)]], [one]),
      /^AssertionError.*here holds/,
    )
  }
})
const around = (text: string): string => Buffer.from(`<${text}>`).toString('latin1')

test('what is masked, personal or recorded of calls is in the clear in no byte of the store, of a bundle, of log and output', async (context) => {
  const bank = await startAccounts()
  context.after(() => bank.stop())
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-canary-'))
  const gateway = await startGateway({
    documents: documents(
      plane('ops', { ledger: { mask: ['payment'] } }),
      consumer(),
      ...['planner', 'stranger'].map((name) => agent(name)),
      accounts(bank.url, tools, { resources: { 'accounts://{iban}': byIban } }),
      grant('all', 'planner', [{ server: 'accounts' }]),
      grant('one', 'stranger', [{ server: 'accounts', tools: ['plain'] }]),
    ),
  })
  try {
    const url = `${gateway.origin}/mcp/ops/accounts`
    const send = async (token: string, method: string, params: object): Promise<string> => {
      const { headers, body } = modern(method, params as never)
      return (await exchange(url, { headers: { ...headers, ...bearer(token) }, body })).body
    }
    for (const by of ['planner', 'stranger']) {
      const token = await gateway.token(by, url)
      const call = (name: string, given: object) =>
        send(token, 'tools/call', { name, arguments: given })
      const { masked, argument, customer, patient } = canary
      const paid = await call('pay', { iban: masked, customer, n: { deep: argument } })
      assert.equal(paid.includes(argument), by === 'planner', 'whoever may gets it whole')
      await call('note', { patient, text: argument })
      await call('look', { line: inTheOpen, text: argument })
      await send(token, 'resources/read', { uri: `accounts://${canary.iban}` })
      await send(token, 'completion/complete', {
        ref: { type: 'ref/resource', uri: 'accounts://{iban}' },
        argument: { name: 'iban', value: canary.iban },
      })
    }
    const asked = await gateway.cli([
      ...['calls', '--capability', 'accounts/pay', '--count', '--json'],
      ...['--where', `arg.customer=${canary.customer}`],
    ])
    assert.equal(JSON.parse(asked.stdout).count, 2, asked.stderr)

    const bundle = join(folder, 'evidence')
    const made = await gateway.cli(['ledger', 'export', 'ops', '-o', bundle, '--payloads'])
    assert.equal(made.code, 0, made.stderr)
    assert.equal((await gateway.cli(['verify', bundle])).code, 0)
    const told = [
      await gateway.cli(['calls', '--json']),
      await gateway.cli(['status', '--json']),
      await gateway.cli(['export']),
    ].map(({ stdout, stderr }, at) => [`answer ${at}`, stdout + stderr] as const)
    // With the logs of its databases, as they lie while it runs.
    const stored = await gateway.stored()
    const files = readFiles(gateway.data)
    const evidence = readFiles(bundle)
    for (const places of [stored, evidence])
      assert.ok(
        [...places.values()].some((bytes) => finds(bytes, inTheOpen)),
        'the search is blind',
      )
    assertNowhere([...stored, ...files, ...evidence, ...told], all)

    process.kill(gateway.pid, 'SIGTERM')
    await gateway.ended
    assertNowhere([...readFiles(gateway.data), ['log and output', gateway.output()]], all)
  } finally {
    await gateway.stop()
    await rm(folder, { recursive: true })
  }
})
