import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startEcho } from '../peers/echo.ts'
import { startProcesses } from '../peers/processes.ts'
import { exchange, legacy } from '../peers/wire.ts'
import { startSecond } from './second.ts'

let echo: Awaited<ReturnType<typeof startEcho>>
let processes: Awaited<ReturnType<typeof startProcesses>>
let token: string
before(async () => {
  echo = await startEcho()
  const server = JSON.stringify({
    apiVersion: 'bailiwick/v1',
    ...{ kind: 'Server', plane: 'ops', name: 'echo', owner: 'tests' },
    upstream: { url: echo.url },
    tools: { echo: { class: 'read' } },
  })
  const allowed = grant('all', 'planner', [{ server: 'echo' }])
  const all = documents(plane(), consumer(), agent('planner'), server, allowed)
  processes = await startProcesses(2, all)
  token = await processes.at(0).token('planner', `${processes.origin}/mcp/ops/echo`)
})
after(async () => {
  await processes?.stop()
  echo?.stop()
})

const ask = (n: number, session: string, method: string, params: object = {}) =>
  exchange(`${processes.origins()[n]}/mcp/ops/echo`, {
    method: method === 'DELETE' ? 'DELETE' : 'POST',
    headers: {
      host: new URL(processes.origin).host,
      authorization: `Bearer ${token}`,
      ...(session && { 'mcp-session-id': session }),
    },
    ...(method !== 'DELETE' && legacy(method, params)),
  })
const call = (n: number, session: string) =>
  ask(n, session, 'tools/call', { name: 'echo', arguments: { ref: 'r' } })

const open = async (n: number): Promise<string> => {
  const clientInfo = { name: 't', version: '1' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const told = await ask(n, '', 'initialize', params)
  assert.equal(told.status, 200, told.body)
  return String(told.headers['mcp-session-id'])
}

test('a session that ended at one process is unknown to the other within a second, and after its restart', async () => {
  const [ended, kept] = [await open(0), await open(1)]
  for (const session of [ended, kept])
    for (const n of [0, 1]) assert.equal((await call(n, session)).status, 200)
  const { status } = await ask(0, ended, 'DELETE')
  assert.ok(status >= 200 && status < 300, String(status))
  const second = startSecond()
  const from = performance.now()
  assert.equal((await call(0, ended)).status, 404)
  while ((await call(1, ended)).status !== 404) await pause(5)
  second.check([performance.now() - from])
  assert.equal((await call(1, kept)).status, 200)
  await processes.replace(1)
  assert.equal((await call(1, ended)).status, 404)
  assert.equal((await call(1, kept)).status, 200)
})

test('attack: an ended session does not open by another spelling of its id', async () => {
  const session = await open(0)
  // The bits of the last character that say nothing, where there are any.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const others = [...alphabet]
    .map((last) => `${session.slice(0, -1)}${last}`)
    .concat(`${session}A`)
    .filter((one) => one !== session && sameBytes(one, session))
  assert.ok(others.length > 0, 'there is another spelling')
  assert.equal((await call(0, session)).status, 200)
  for (const other of others) assert.equal((await call(0, other)).status, 404)
})

const sameBytes = (one: string, other: string): boolean =>
  Buffer.from(one, 'base64url').equals(Buffer.from(other, 'base64url'))
