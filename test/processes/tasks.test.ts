import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { agent, consumer, document, documents, grant, plane } from '../gateway/plane.ts'
import { startProcesses } from '../peers/processes.ts'
import { startTaskServer, type TaskServer } from '../peers/task-server.ts'
import { exchange, modern } from '../peers/wire.ts'

let server: TaskServer
let processes: Awaited<ReturnType<typeof startProcesses>>
const tokens = new Map<string, string>()
before(async () => {
  server = await startTaskServer()
  const its = document('Server', {
    ...{ plane: 'ops', name: 'tasks', owner: 'o', upstream: { url: server.url } },
    tools: { work: { class: 'read' } },
  })
  const grants = ['planner', 'rival'].map((one) => grant(one, one, [{ server: 'tasks' }]))
  const agents = ['planner', 'rival'].map((one) => agent(one))
  processes = await startProcesses(2, documents(plane(), consumer(), ...agents, its, ...grants))
  for (const one of ['planner', 'rival'])
    tokens.set(one, await processes.at(0).token(one, `${processes.origin}/mcp/ops/tasks`))
})
after(async () => {
  await processes?.stop()
  await server?.stop()
})

const ask = async (n: number, who: string, method: string, params: object) => {
  const { headers, body } = modern(method, params)
  Object.assign(body.params._meta, {
    'io.modelcontextprotocol/clientCapabilities': {
      extensions: { 'io.modelcontextprotocol/tasks': {} },
    },
  })
  const { taskId } = params as { taskId?: string }
  const answer = await exchange(`${processes.origins()[n]}/mcp/ops/tasks`, {
    headers: {
      ...headers,
      host: new URL(processes.origin).host,
      authorization: `Bearer ${tokens.get(who)}`,
      ...(taskId !== undefined && { 'mcp-name': taskId }),
    },
    body,
  })
  return JSON.parse(answer.body)
}

test('a task that was begun at one process is found at the other at once, by its caller alone', async () => {
  const begun = await ask(0, 'planner', 'tools/call', { name: 'work', arguments: {} })
  const { taskId } = begun.result
  const [at] = [...server.tasks.keys()].slice(-1)
  assert.equal((await ask(1, 'planner', 'tasks/get', { taskId })).result.taskId, taskId)
  assert.equal((await ask(1, 'rival', 'tasks/get', { taskId })).error.message, 'Task not found')
  await ask(1, 'planner', 'tasks/cancel', { taskId })
  assert.equal(server.tasks.get(String(at))?.status, 'cancelled')
  assert.equal((await ask(0, 'planner', 'tasks/get', { taskId })).result.status, 'cancelled')
})
