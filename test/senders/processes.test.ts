import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startProcesses } from '../peers/processes.ts'
import { exchange, modern } from '../peers/wire.ts'
import { boundToken, createProver } from './prover.ts'

let processes: Awaited<ReturnType<typeof startProcesses>>
before(async () => {
  const plan = documents(
    plane(),
    consumer(),
    agent('planner'),
    bank(),
    grant('planner', 'planner', [{ server: 'bank', class: ['read'] }]),
  )
  processes = await startProcesses(2, plan, { config: { runners: bankRunner() } })
})
after(() => processes?.stop())

test('attack: one proof at two processes counts at one of them; the nonce of one serves at both', async () => {
  const { stdout } = await processes.at(0).cli(['agent', 'secret', 'planner', '--json'])
  const { secret } = JSON.parse(stdout)
  const prover = await createProver()
  const { origin } = processes
  const about = { client: 'planner@workplace-ai', secret }
  const { token, nonce } = await boundToken(`${origin}/oauth/ops/token`, prover, about)
  const url = `${origin}/mcp/ops/bank`
  const { headers, body } = modern('tools/call', { name: 'rates_today', arguments: {} } as {
    name: string
  })
  const send = async (at: string, dpop: string) => {
    const authorization = `DPoP ${token}`
    const host = new URL(origin).host
    const sent = { ...headers, authorization, dpop, host }
    return (await exchange(`${at}/mcp/ops/bank`, { headers: sent, body })).status
  }
  for (let trial = 0; trial < 10; trial++) {
    const dpop = await prover.proof({ method: 'POST', url, token, nonce })
    const statuses = await Promise.all(processes.origins().map((at) => send(at, dpop)))
    assert.deepEqual(statuses.sort(), [200, 401])
    for (const at of processes.origins()) assert.equal(await send(at, dpop), 401)
  }
})
