// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { createCaller } from './caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from './plane.ts'

describe('A definition that changes', () => {
  let gateway: Gateway
  let url: string
  let token: string
  let caller: ReturnType<typeof createCaller>

  before(async () => {
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        bank(),
        grant('all', 'planner', [{ server: 'bank' }]),
      ),
      config: { runners: bankRunner() },
    })
    url = `${gateway.origin}/mcp/ops/bank`
    token = await gateway.token('planner', url)
    caller = createCaller(url, token)
  })
  after(async () => {
    caller?.close()
    await gateway?.stop()
  })

  const names = async (): Promise<string[]> => {
    const { headers, body } = modern('tools/list')
    const answer = await exchange(url, {
      headers: { ...headers, authorization: `Bearer ${token}` },
      body,
    })
    return JSON.parse(answer.body).result.tools.map(({ name }: { name: string }) => name)
  }
  /** The server says that its list changed; asking it again takes it a moment. */
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; tries < 100; tries++) {
      if (await holds()) return
      await pause(50)
    }
    assert.fail('it did not come to hold')
  }

  test('is held alone: out of the list, refused with words for a model; the others go on', async () => {
    assert.ok((await names()).includes('rates_today'))
    await caller.call('bank_drift', { to: 'changed' })
    await until(async () => !(await names()).includes('rates_today'))
    const told = await caller.call('rates_today', {})
    const { result } = JSON.parse(told?.text ?? '')
    assert.equal(result.isError, true)
    assert.match(result.content[0].text, /^Held: /)
    assert.equal(result._meta['dev.bailiwick/refusal'].reason, 'held')
    assert.equal(result._meta['dev.bailiwick/refusal'].station, 'permit')
    assert.match((await caller.call('accounts_list', {}))?.text ?? '', /acc-1001/)
  })

  test('survives a restart as held', async () => {
    await gateway.kill()
    gateway = await gateway.restart()
    url = `${gateway.origin}/mcp/ops/bank`
    token = await gateway.token('planner', url)
    caller.close()
    caller = createCaller(url, token)
    // The child began anew with its own description; drift it again.
    await caller.call('bank_drift', { to: 'changed' })
    await until(async () => !(await names()).includes('rates_today'))
  })

  test('is released by a person who has seen the difference', async () => {
    const shown = await gateway.cli(['server', 'show', 'ops/bank'])
    assert.match(shown.stdout + shown.stderr, /rates_today/)
    const released = await gateway.cli(['server', 'release', 'ops/bank', 'rates_today'])
    assert.equal(released.code, 0, released.stderr)
    assert.ok((await names()).includes('rates_today'))
    assert.doesNotMatch((await caller.call('rates_today', {}))?.text ?? '', /Held/)
  })

  test('what nobody classified is invisible until `server classify`', async () => {
    assert.ok(!(await names()).includes('statement'))
    const done = await gateway.cli(['server', 'classify', 'ops/bank', 'statement', 'read'])
    assert.equal(done.code, 0, done.stderr)
    assert.ok((await names()).includes('statement'))
  })
})
