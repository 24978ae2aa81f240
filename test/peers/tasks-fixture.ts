import { once } from 'node:events'
import { createServer } from 'node:http'
import type { HttpServer } from './servers.ts'

const TASKS = 'io.modelcontextprotocol/tasks'

interface Task {
  readonly createdAt: string
  /** While it is there the task waits for its client. */
  readonly inputRequests: Map<string, object>
  /** When it ends by itself, and how. */
  dueAt: number
  readonly end: object
  isCancelled: boolean
}

/** The tools that the conformance suite's scenarios of tasks call (ext-tasks, SEP-2663). */
export const taskTools = [
  ...['greet', 'slow_compute', 'failing_job', 'protocol_error_job', 'confirm_delete'],
  ...['multi_input', 'test_tool_with_task'],
]

const text = (said: string, isError = false) => ({
  result: { content: [{ type: 'text', text: said }], ...(isError && { isError }) },
})
const ask = (message: string) => ({
  method: 'elicitation/create',
  params: {
    ...{ mode: 'form', message },
    requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
  },
})

/** A server of 2026-07-28 alone whose tools begin tasks wherever the request declares that they may. */
export async function startTasksFixture(): Promise<HttpServer> {
  const tasks = new Map<string, Task>()
  const begin = (end: object, dueMs: number, asks: readonly string[] = []) => {
    const taskId = `task-${tasks.size + 1}`
    tasks.set(taskId, {
      createdAt: new Date().toISOString(),
      inputRequests: new Map(asks.map((one) => [one, ask(one)])),
      dueAt: Date.now() + dueMs,
      end,
      isCancelled: false,
    })
    return { resultType: 'task', ...told(taskId, false) }
  }
  const told = (taskId: string, isWhole = true) => {
    const task = tasks.get(taskId)
    if (!task) return {}
    const { createdAt, inputRequests, end } = task
    const isDue = inputRequests.size === 0 && Date.now() >= task.dueAt
    const waits = inputRequests.size > 0
    const ended = 'error' in end ? 'failed' : 'completed'
    const status = task.isCancelled
      ? 'cancelled'
      : isDue
        ? ended
        : waits
          ? 'input_required'
          : 'working'
    return {
      ...{ taskId, status, createdAt, lastUpdatedAt: createdAt },
      ...{ ttlMs: 60_000, pollIntervalMs: 100 },
      ...(isWhole && status === ended && end),
      ...(isWhole &&
        status === 'input_required' && { inputRequests: Object.fromEntries(inputRequests) }),
    }
  }

  const call = (params: Params, mayBegin: boolean): object => {
    const { seconds = 0, name = '' } = params.arguments ?? {}
    const asked = Object.values(params.inputResponses ?? {})[0]
    switch (params.name) {
      case 'greet':
        return { result: { resultType: 'complete', ...text(`Hello, ${name}!`).result } }
      case 'slow_compute':
        return mayBegin && Number(seconds) > 0
          ? { result: begin(text('computed'), Number(seconds) * 1000) }
          : { result: { resultType: 'complete', ...text('computed').result } }
      case 'test_tool_with_task':
        return asked
          ? { result: begin(text(`for ${asked.content?.name}`), 200) }
          : {
              result: {
                resultType: 'input_required',
                inputRequests: { user_name: ask('Your name?') },
                requestState: 'asked',
              },
            }
    }
    if (!mayBegin) return { error: missing }
    switch (params.name) {
      case 'failing_job':
        return { result: begin(text('it failed', true), 200) }
      case 'protocol_error_job':
        return { result: begin({ error: { code: -32603, message: 'it broke' } }, 200) }
      case 'confirm_delete':
        return { result: begin(text('deleted'), 0, ['confirm']) }
      default:
        return { result: begin(text('both'), 0, ['first', 'second']) }
    }
  }
  const answer = (method: string, params: Params): object => {
    const capabilities = params._meta?.['io.modelcontextprotocol/clientCapabilities']
    const mayBegin = capabilities?.extensions?.[TASKS] !== undefined
    const task = tasks.get(params.taskId ?? '')
    if (method.startsWith('tasks/') && !task)
      return { error: { code: -32602, message: 'Task not found' } }
    const complete = (result: object) => ({ result: { resultType: 'complete', ...result } })
    switch (method) {
      case 'server/discover':
        return complete({
          supportedVersions: ['2026-07-28'],
          capabilities: { tools: {}, extensions: { [TASKS]: {} } },
        })
      case 'tools/list': {
        const tools = taskTools.map((name) => ({ name, inputSchema: { type: 'object' } }))
        return complete({ tools, ttlMs: 0, cacheScope: 'private' })
      }
      case 'tools/call':
        return call(params, mayBegin)
      case 'tasks/get':
        return complete(told(params.taskId ?? ''))
      case 'tasks/update':
        for (const key of Object.keys(params.inputResponses ?? {})) task?.inputRequests.delete(key)
        return complete({})
      case 'tasks/cancel':
        if (task && (Date.now() < task.dueAt || task.inputRequests.size > 0))
          task.isCancelled = true
        return complete({})
      default:
        return { error: { code: -32601, message: 'Method not found' } }
    }
  }

  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = '', params = {} } = JSON.parse(body || '{}')
    const isModern = params._meta?.['io.modelcontextprotocol/protocolVersion'] !== undefined
    const said = isModern ? answer(method, params) : { error: { code: -32022, message: 'newer' } }
    const status = !isModern || ('error' in said && said.error === missing) ? 400 : 200
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, ...said }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

interface Params {
  readonly name?: string
  readonly taskId?: string
  readonly arguments?: { readonly seconds?: unknown; readonly name?: unknown }
  readonly inputResponses?: Readonly<Record<string, { readonly content?: { name?: unknown } }>>
  readonly _meta?: Readonly<Record<string, { readonly extensions?: Record<string, unknown> }>>
}

const missing = {
  code: -32021,
  message: 'Missing required client capability',
  data: { requiredCapabilities: { extensions: { [TASKS]: {} } } },
}
