import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { agent, openPlane } from '../peers/plane.ts'
import { type HttpServer, startBank } from '../peers/servers.ts'

describe('A call that comes to nothing', () => {
  let bank: HttpServer
  let gateway: Gateway
  before(async () => {
    bank = await startBank({ requireKey: true, env: { BANK_API_KEY: 'key-of-the-bank' } })
    const offers = { tools: ['rates_today', 'whoami'], prompts: [], resources: [] }
    const plane = openPlane([{ name: 'bank', upstream: { url: bank.url }, offers }])
    const lent = JSON.stringify({
      name: 'bank-key',
      header: 'Authorization',
      format: 'Bearer {secret}',
    })
    const documents = plane.replace('"kind":"Server"', `"kind":"Server","credential":${lent}`)
    const credential = { kind: 'Credential', plane: 'ops', name: 'bank-key', owner: 'alice' }
    gateway = await startGateway({
      documents: `${documents}\n---\n${JSON.stringify({ apiVersion: 'bailiwick/v1', ...credential })}`,
      secrets: { 'bank-key': 'key-of-the-bank' },
    })
  })
  after(async () => {
    await gateway?.stop()
    await bank?.stop()
  })
  const call = (...args: string[]) =>
    gateway.cli(['call', 'ops/bank/rates_today', '--as', agent, ...args])

  test('is first one that comes to something', async () => {
    const { code, stdout, stderr } = await call()
    assert.equal(code, 0, stderr)
    assert.match(stdout, /EUR/)
  })

  test('says that the credential is missing, and how it is set', async () => {
    assert.equal((await gateway.cli(['cred', 'remove', 'bank-key', '--yes'])).code, 0)
    const { code, stdout, stderr } = await call()
    assert.deepEqual([code, stdout], [3, ''], stderr)
    assert.match(stderr, /Denied at Credential: /)
    assert.match(stderr, /●●●■○◉/)
    assert.match(stderr, /Fix: .*cred set ops\/bank-key/)
  })

  test('says that the server refused the credential, whose side that is, and its exit code', async () => {
    await gateway.cli(['cred', 'set', 'bank-key', '--from-stdin'], 'another-key')
    const { code, stdout, stderr } = await call('--json')
    assert.deepEqual([code, stdout], [8, ''], stderr)
    const { error } = JSON.parse(stderr)
    assert.deepEqual([error.code, error.side], ['upstream_refused', 'upstream'])
    assert.equal(stderr.includes('another-key'), false)
  })

  test('says that the server cannot be reached, with the entry to read on', async () => {
    await gateway.cli(['cred', 'set', 'bank-key', '--from-stdin'], 'key-of-the-bank')
    await bank.stop()
    const { code, stdout, stderr } = await call()
    assert.deepEqual([code, stdout], [8, ''], stderr)
    assert.match(stderr, /^✗ The server behind the gateway could not be reached\.\n/)
    assert.match(stderr, /Fix: .*why cal_/)
  })
})
