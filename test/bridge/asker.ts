import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

/** What a test makes the server do in a call of its one tool, step by step. */
export type Step =
  | { ask: string; params?: object; id?: string | number }
  | { wait: 'for answers' | 'for ever' }
  | { notice: string; params?: object }
  /** Closes the stream, which is to be resumed behind its last event. */
  | { close: true }
  | { error: { code: number; message: string; data?: unknown } }

/**
 * A server of 2025-11-25 alone, written by hand so that it can do what no library does: what it asks,
 * and when, stands in the arguments of its one tool. It knows everything that it was told.
 */
export async function startAsker(about: { capabilities?: object } = {}) {
  const heard: { session: string; message: Record<string, unknown> }[] = []
  const opened: object[] = []
  const ended: string[] = []
  const streams = new Map<string, ServerResponse>()
  const own = new Map<string, ServerResponse>()
  let lastSession = 0
  let lastAsked = 0
  let sessionsKnown = new Set<string>()
  let waiting: (() => void)[] = []
  const answered = new Map<string, unknown>()
  const changed = () => {
    for (const wake of waiting) wake()
    waiting = []
  }
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const tool = { name: 'ask', inputSchema: { type: 'object' } }

  const event = (to: ServerResponse, message: object, id?: string) =>
    to.write(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`)

  const run = async (session: string, id: unknown, params: Record<string, unknown>) => {
    const key = `${session} ${String(id)}`
    const { script = [] } = params.arguments as { script?: Step[] }
    const meta = (params._meta ?? {}) as { progressToken?: unknown }
    const stream = () => streams.get(key) as ServerResponse
    const asked: string[] = []
    for (const step of script) {
      if ('ask' in step) {
        const own = step.id ?? `asked-${++lastAsked}`
        asked.push(String(own))
        event(stream(), { jsonrpc: '2.0', id: own, method: step.ask, params: step.params ?? {} })
      } else if ('wait' in step)
        await until(() => step.wait === 'for answers' && asked.every((one) => answered.has(one)))
      else if ('notice' in step) {
        const isProgress = step.notice === 'notifications/progress'
        const progressToken = isProgress ? meta.progressToken : undefined
        const told = { ...(progressToken !== undefined && { progressToken }), ...step.params }
        event(stream(), { jsonrpc: '2.0', method: step.notice, params: told })
      } else if ('close' in step) {
        const left = stream()
        streams.delete(key)
        left.end(`id: ${key}\nretry: 10\ndata:\n\n`)
        await until(() => streams.has(key))
      } else {
        stream().end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, error: step.error })}\n\n`)
        return
      }
    }
    const text = JSON.stringify(asked.map((one) => answered.get(one) ?? null))
    const result = { content: [{ type: 'text', text }] }
    stream().end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`)
  }

  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const message = JSON.parse(text || '{}')
    const session = String(request.headers['mcp-session-id'] ?? '')
    const { id, method, params = {} } = message
    const events = () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
    }
    const answer = (result: object, headers: Record<string, string> = {}) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    if (method === 'initialize') {
      const made = `session-${++lastSession}`
      sessionsKnown.add(made)
      opened.push(params.capabilities)
      const serverInfo = { name: 'asker', version: '1' }
      const capabilities = { tools: {}, ...about.capabilities }
      return answer(
        { protocolVersion: '2025-11-25', capabilities, serverInfo },
        { 'mcp-session-id': made },
      )
    }
    if (method === 'server/discover' || !sessionsKnown.has(session))
      return void response.writeHead(session === '' ? 400 : 404).end()
    if (request.method === 'DELETE') {
      sessionsKnown.delete(session)
      ended.push(session)
      changed()
      return void response.writeHead(204).end()
    }
    if (request.method === 'GET') {
      events()
      const from = request.headers['last-event-id']
      if (from === undefined) own.set(session, response)
      else streams.set(String(from), response)
      return changed()
    }
    heard.push({ session, message })
    if (method === undefined) answered.set(String(id), message.result ?? message.error)
    changed()
    if (method === undefined || id === undefined) return void response.writeHead(202).end()
    if (method === 'tools/list') return answer({ tools: [tool] })
    if (method === 'prompts/list') return answer({ prompts: [] })
    if (method === 'resources/templates/list') return answer({ resourceTemplates: [] })
    if (method === 'resources/list')
      return answer({
        resources: ['open', 'closed'].map((name) => ({ uri: `test://${name}`, name })),
      })
    if (method !== 'tools/call') return answer({})
    events()
    streams.set(`${session} ${String(id)}`, response)
    await run(session, id, params)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    heard,
    /** The client's capabilities, of each session that was opened. */
    opened,
    ended,
    /** Sessions' own streams. */
    own,
    /** On a session's own stream. */
    say: (session: string, message: object) =>
      event(own.get(session) as ServerResponse, { jsonrpc: '2.0', ...message }),
    /** Every session so far is unknown from now on. */
    forget() {
      sessionsKnown = new Set()
    },
    until,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
export type Asker = Awaited<ReturnType<typeof startAsker>>
