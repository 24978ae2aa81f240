import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { HttpServer } from './servers.ts'

/** What reached it: in which session, where it was in one. */
export interface Reached {
  readonly method: string
  readonly session: string | undefined
  readonly params: Record<string, unknown>
  readonly name: string | undefined
}

interface Task {
  status: string
  readonly tool: string
  answers?: unknown
}

export interface TaskServer extends HttpServer {
  readonly reached: Reached[]
  /** Every task under its id: 1, 2, 3 …, which anybody guesses. */
  readonly tasks: Map<string, Task>
  /** Gives it another status, and tells everybody who listens, whosever the task is. */
  move(id: string, status: string): void
}

const TASKS = 'io.modelcontextprotocol/tasks'
const RELATED = 'io.modelcontextprotocol/related-task'
const when = '2026-11-28T10:00:00Z'

/**
 * A server of both eras, or of one, with tasks of both shapes, which asks nobody whose a task is: whoever
 * reaches it with an id has the task.
 */
export async function startTaskServer(
  eras: { modern?: boolean; legacy?: boolean } = { modern: true, legacy: true },
): Promise<TaskServer> {
  const reached: Reached[] = []
  const tasks = new Map<string, Task>()
  const streams = new Map<ServerResponse, { id: unknown; taskIds: readonly string[] } | undefined>()
  const tools = ['work', 'other'].map((name) => ({ name, inputSchema: { type: 'object' } }))
  const times = { createdAt: when, lastUpdatedAt: when }
  const shape = (id: string, era: 'modern' | 'legacy') => {
    const status = tasks.get(id)?.status ?? ''
    const result = { content: [{ type: 'text', text: `done ${id}` }] }
    return era === 'legacy'
      ? { taskId: id, status, ttl: 60_000, ...times }
      : { taskId: id, status, ttlMs: 60_000, ...times, ...(status === 'completed' && { result }) }
  }
  const write = (response: ServerResponse, message: object) =>
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)

  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = request.method, params = {} } = JSON.parse(text || '{}')
    const session = request.headers['mcp-session-id'] as string | undefined
    reached.push({ method, session, params, name: request.headers['mcp-name'] as string })
    const era = params._meta?.['io.modelcontextprotocol/protocolVersion'] ? 'modern' : 'legacy'
    const say = (body: object, status = 200, headers = {}) =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify({ jsonrpc: '2.0', id, ...body }))
    const answer = (result: object, headers = {}) =>
      say(
        { result: { ...(era === 'modern' && { resultType: 'complete' }), ...result } },
        200,
        headers,
      )
    const refuse = (code: number, message: string, status = 200) =>
      say({ error: { code, message } }, status)
    const stream = (about?: { id: unknown; taskIds: readonly string[] }) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n')
      streams.set(response, about)
      response.on('close', () => streams.delete(response))
    }
    if (eras[era] !== true && method !== 'GET')
      return refuse(era === 'modern' ? -32000 : -32022, 'another era', 400)
    const { taskId } = params
    const its = tasks.get(taskId)
    if (String(method).startsWith('tasks/') && method !== 'tasks/list' && !its)
      return refuse(-32602, `Task ${taskId} not found`)
    switch (method) {
      case 'server/discover':
        return answer({
          supportedVersions: ['2026-07-28'],
          capabilities: { tools: {}, extensions: { [TASKS]: {} } },
        })
      case 'initialize':
        return answer(
          {
            protocolVersion: '2025-11-25',
            capabilities: {
              tools: {},
              tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
            },
            serverInfo: { name: 'tasks', version: '1' },
          },
          { 'mcp-session-id': `s-${reached.length}` },
        )
      case 'tools/list':
        return answer({ tools })
      case 'resources/list':
        return answer({ resources: [] })
      case 'prompts/list':
        return answer({ prompts: [] })
      case 'tools/call': {
        const declared =
          params._meta?.['io.modelcontextprotocol/clientCapabilities']?.extensions?.[TASKS]
        if (!params.task && !declared)
          return answer({ content: [{ type: 'text', text: 'at once' }] })
        const made = String(tasks.size + 1)
        tasks.set(made, { status: 'working', tool: params.name })
        return era === 'legacy'
          ? answer({ task: shape(made, era) })
          : answer({ resultType: 'task', ...shape(made, era) })
      }
      case 'tasks/get':
        return answer(shape(taskId, era))
      case 'tasks/update':
        Object.assign(its ?? {}, { answers: params.inputResponses, status: 'working' })
        return answer({})
      case 'tasks/cancel':
        Object.assign(its ?? {}, { status: 'cancelled' })
        return answer(era === 'legacy' ? shape(taskId, era) : {})
      case 'tasks/list':
        return answer({
          tasks: [...tasks.keys()].map((one) => shape(one, era)),
          nextCursor: 'more',
        })
      case 'tasks/result':
        // 2025-11-25, basic/utilities/tasks: what the task tells or asks comes on this stream.
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        write(response, {
          method: 'notifications/message',
          params: { level: 'info', data: 'nearly', _meta: { [RELATED]: { taskId } } },
        })
        write(response, {
          method: 'notifications/message',
          params: { level: 'info', data: 'of another', _meta: { [RELATED]: { taskId: 'else' } } },
        })
        write(response, {
          id,
          result: {
            content: [{ type: 'text', text: `done ${taskId}` }],
            taskId: 'the own member of a tool',
            _meta: { [RELATED]: { taskId } },
          },
        })
        return void response.end()
      case 'subscriptions/listen': {
        const { taskIds = [] } = params.notifications
        stream({ id, taskIds })
        return void write(response, {
          method: 'notifications/subscriptions/acknowledged',
          params: {
            notifications: { taskIds },
            _meta: { 'io.modelcontextprotocol/subscriptionId': id },
          },
        })
      }
      case 'GET':
        return stream()
      default:
        return void response.writeHead(202).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    reached,
    tasks,
    move(id, status) {
      Object.assign(tasks.get(id) ?? {}, { status })
      for (const [response, listen] of streams) {
        const subscription = { 'io.modelcontextprotocol/subscriptionId': listen?.id }
        write(
          response,
          listen
            ? {
                method: 'notifications/tasks',
                params: { ...shape(id, 'modern'), _meta: subscription },
              }
            : { method: 'notifications/tasks/status', params: shape(id, 'legacy') },
        )
      }
    },
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
