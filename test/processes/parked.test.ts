import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Asker, startAsker } from '../bridge/asker.ts'
import { accept, type Calling, call, form, textOf } from '../bridge/calling.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startProcesses } from '../peers/processes.ts'

let asker: Asker
let processes: Awaited<ReturnType<typeof startProcesses>>
let token: string
before(async () => {
  asker = await startAsker()
  const server = JSON.stringify({
    apiVersion: 'bailiwick/v1',
    ...{ kind: 'Server', plane: 'ops', name: 'asker', owner: 'tests' },
    upstream: { url: asker.url },
    tools: { ask: { class: 'read' } },
  })
  const allowed = grant('all', 'planner', [{ server: 'asker' }])
  const all = documents(plane(), consumer(), agent('planner'), server, allowed)
  processes = await startProcesses(2, all)
  token = await processes.at(0).token('planner', `${processes.origin}/mcp/ops/asker`)
})
after(async () => {
  await processes?.stop()
  asker?.stop()
})

const at = (n: number, about: Omit<Calling, 'url' | 'token' | 'host'>) =>
  call({
    url: `${processes.origins()[n]}/mcp/ops/asker`,
    token,
    host: new URL(processes.origin).host,
    ...about,
  })

const script = [
  { ask: 'elicitation/create', params: form },
  { wait: 'for answers' },
  { notice: 'notifications/progress', params: { progress: 1 } },
  { ask: 'roots/list' },
  { wait: 'for answers' },
] as const

test('a call that waits at one process is answered at the other, round by round, to its end', async () => {
  const first = await at(0, { script: [...script], meta: { progressToken: 'first' } })
  assert.deepEqual(Object.keys(first.result.inputRequests), ['request-1'])
  const second = await at(1, {
    script: [...script],
    id: 'again',
    meta: { progressToken: 'mine' },
    requestState: first.result.requestState,
    inputResponses: { 'request-1': accept('Ann') },
  })
  assert.deepEqual(Object.keys(second.result.inputRequests), ['request-2'])
  assert.deepEqual(
    second.messages.map(({ id, params }) => id ?? params),
    [{ progressToken: 'mine', progress: 1 }, 'again'],
  )
  const last = await at(1, {
    script: [...script],
    requestState: second.result.requestState,
    inputResponses: { 'request-2': { roots: [] } },
  })
  assert.deepEqual(textOf(last), [accept('Ann'), { roots: [] }])
  const gone = await at(1, {
    script: [...script],
    requestState: second.result.requestState,
    inputResponses: { 'request-2': { roots: [] } },
  })
  assert.equal(gone.error.code, -32602)
})
