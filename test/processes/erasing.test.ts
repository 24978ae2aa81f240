import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { accounts, startAccounts } from '../gateway/accounts.ts'
import { callingAt } from '../gateway/calling.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import type { Gateway } from '../peers/gateway.ts'
import { startProcesses } from '../peers/processes.ts'

let bank: Awaited<ReturnType<typeof startAccounts>>
let processes: Awaited<ReturnType<typeof startProcesses>>
before(async () => {
  bank = await startAccounts()
  const granted = grant('all', 'planner', [{ server: 'accounts' }])
  const all = documents(plane(), consumer(), agent('planner'), accounts(bank.url), granted)
  processes = await startProcesses(2, all)
})
after(async () => {
  await processes?.stop()
  bank?.stop()
})

const statesAt = async (gateway: Gateway, calls: readonly string[]): Promise<string[]> => {
  const states: string[] = []
  for (const call of calls) {
    const { stdout } = await gateway.cli(['why', call, '--recorded', '--json'])
    states.push(JSON.parse(stdout).recorded.arguments.state)
  }
  return states
}

test('what one process erases is erased in another one that had the key, and the key of both after it is one', async () => {
  const { host } = new URL(processes.origin)
  const [one, other] = [processes.at(0), processes.at(1)]
  const token = await one.token('planner', `${processes.origin}/mcp/ops/accounts`)
  const each = processes.origins().map((origin) => callingAt(`${origin}/mcp/ops/accounts`, host))
  let expected = 0
  const callEach = async (): Promise<string[]> => {
    for (const at of each) await at.call(token, 'note')
    expected += each.length
    for (;;) {
      // An entry is durable before it has its position.
      const intents = (await processes.entries('ops')).filter(({ type }) => type === 'call.intent')
      if (intents.length >= expected) return intents.map(({ call }) => String(call)).slice(-2)
      await pause(20)
    }
  }
  const first = await callEach()
  assert.deepEqual(await statesAt(other, first), ['whole', 'whole'])

  const about = ['--agent', 'planner@workplace-ai', '--reason', 'x', '--json']
  const { stdout, stderr } = await one.cli(['ledger', 'erase', 'ops', ...about])
  // One key was both processes' key.
  assert.equal(JSON.parse(stdout || stderr).periods.length, 1)
  for (let tries = 0; tries < 100; tries++) {
    if ((await statesAt(other, first)).every((state) => state === 'erased')) break
    await pause(50)
  }
  for (const gateway of [one, other])
    assert.deepEqual(await statesAt(gateway, first), ['erased', 'erased'])

  const second = await callEach()
  for (const gateway of [one, other]) {
    assert.deepEqual(await statesAt(gateway, second), ['whole', 'whole'])
    assert.deepEqual(await statesAt(gateway, first), ['erased', 'erased'])
  }
  const entries = await processes.entries('ops')
  assert.equal(entries.filter(({ type }) => type === 'ledger.erased').length, 1)
})
