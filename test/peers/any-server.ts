import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { HttpServer } from './servers.ts'

export interface AnyServer extends HttpServer {
  /** The methods that reached it, and with what. */
  readonly reached: { method: string; params: Record<string, unknown> }[]
  /** Tells everybody who listens that the resource was updated. */
  update(uri: string): void
}

/** Whatever it is asked it does, in both eras or in one: what does not reach it was kept from it. */
/** What its tool `large` answers, at least. */
export const largeBytes = 200_000

export async function startAnyServer(
  era: 'both' | 'modern' | 'legacy' = 'both',
): Promise<AnyServer> {
  const reached: AnyServer['reached'] = []
  const streams = new Map<ServerResponse, unknown>()
  const write = (response: ServerResponse, message: object) =>
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
  const capabilities = {
    tools: {},
    prompts: {},
    completions: {},
    logging: {},
    resources: { subscribe: true },
    tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
    extensions: {
      'io.modelcontextprotocol/skills': {},
      'io.modelcontextprotocol/tasks': {},
    },
  }
  const answers: Readonly<Record<string, object>> = {
    'server/discover': { supportedVersions: ['2026-07-28'], capabilities },
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities,
      serverInfo: { name: 'any', version: '1' },
    },
    'tools/list': {
      tools: ['tool', 'another', 'large'].map((name) => ({
        name,
        inputSchema: { type: 'object' },
      })),
    },
    'prompts/list': { prompts: [{ name: 'prompt' }] },
    'resources/list': { resources: [{ uri: 'any://one', name: 'one' }] },
    'resources/templates/list': { resourceTemplates: [] },
    'tools/call': { content: [] },
    'prompts/get': { messages: [] },
    'resources/read': { contents: [] },
    'completion/complete': { completion: { values: [] } },
  }
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = request.method, params = {} } = JSON.parse(text || '{}')
    reached.push({ method, params })
    const isModern = params._meta?.['io.modelcontextprotocol/protocolVersion'] !== undefined
    const listens = method === 'GET' || method === 'subscriptions/listen'
    if (era !== 'both' && !listens && isModern !== (era === 'modern'))
      return void response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: 'another' } }))
    if (listens) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n')
      streams.set(response, id)
      response.on('close', () => streams.delete(response))
      const _meta = { 'io.modelcontextprotocol/subscriptionId': id }
      const { notifications } = params
      if (id !== undefined)
        write(response, {
          method: 'notifications/subscriptions/acknowledged',
          params: { notifications, _meta },
        })
      return
    }
    if (id === undefined) return void response.writeHead(202).end()
    const large = params.name === 'large' && {
      content: [{ type: 'text', text: 'x'.repeat(largeBytes) }],
    }
    const result = { ...(isModern && { resultType: 'complete' }), ...answers[method], ...large }
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(method === 'initialize' && { 'mcp-session-id': `s-${reached.length}` }),
    })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    reached,
    update(uri) {
      for (const [response, id] of streams) {
        const _meta = { 'io.modelcontextprotocol/subscriptionId': id }
        const params = { uri, ...(id !== undefined && { _meta }) }
        write(response, { method: 'notifications/resources/updated', params })
      }
    },
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
