import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'

type Listening = { response: ServerResponse; id: unknown; filter: Record<string, unknown> }

/** A server of the modern era that says what a test has it say to whoever listens, true or not. */
export async function startAnnouncing(about: { resources?: string[]; instructions?: string } = {}) {
  const { resources = ['a://one', 'a://two'] } = about
  const offers = {
    tools: ['first', 'second'],
    prompts: ['ask'],
  }
  /** Of tools that take something. */
  const schemas: Record<string, object> = {}
  const listening = new Set<Listening>()
  const asked: {
    method: string
    params: Record<string, unknown>
    headers: IncomingHttpHeaders
  }[] = []
  const say = (response: ServerResponse, message: object) =>
    void response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)

  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = '', params = {} } = JSON.parse(text || '{}')
    asked.push({ method, params, headers: request.headers })
    const answer = (result: object) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } }))
    switch (method) {
      case 'server/discover':
        return answer({
          supportedVersions: ['2026-07-28'],
          capabilities: {
            tools: { listChanged: true },
            prompts: { listChanged: true },
            resources: { listChanged: true, subscribe: true },
          },
          ...(about.instructions !== undefined && { instructions: about.instructions }),
        })
      case 'tools/list':
        return answer({
          tools: offers.tools.map((name) => ({
            name,
            inputSchema: schemas[name] ?? { type: 'object' },
          })),
        })
      case 'prompts/list':
        return answer({ prompts: offers.prompts.map((name) => ({ name })) })
      case 'resources/list':
        return answer({ resources: resources.map((uri) => ({ uri, name: uri })) })
      case 'resources/templates/list':
        return answer({ resourceTemplates: [] })
      case 'subscriptions/listen': {
        const filter = params.notifications
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        say(response, {
          method: 'notifications/subscriptions/acknowledged',
          params: { notifications: filter, _meta: subscription(id) },
        })
        const one = { response, id, filter }
        listening.add(one)
        response.on('close', () => listening.delete(one))
        return
      }
      default:
        return answer({ content: [{ type: 'text', text: 'done' }] })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    offers,
    schemas,
    asked,
    /** The newest of a method: what the gateway asks for itself (what there is, what changed) comes in between. */
    last: (method: string) => asked.findLast((one) => one.method === method),
    listening: () => [...listening].map(({ filter }) => filter),
    /** To everybody who listens, whatever they listen for. */
    announce(method: string, params: Record<string, unknown> = {}) {
      for (const { response, id } of listening)
        say(response, { method, params: { ...params, _meta: subscription(id) } })
    },
    /** Ends the streams that are open. */
    hangUp() {
      for (const { response } of listening) response.end()
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
export type Announcing = Awaited<ReturnType<typeof startAnnouncing>>

const subscription = (id: unknown) => ({ 'io.modelcontextprotocol/subscriptionId': id })

const read = { class: 'read' }
export const announcingServer = (name: string, url: string, tools = ['first', 'second']): string =>
  JSON.stringify({
    apiVersion: 'bailiwick/v1',
    kind: 'Server',
    plane: 'ops',
    name,
    owner: 'o',
    upstream: { url },
    tools: Object.fromEntries([...tools, 'third'].map((tool) => [tool, read])),
    prompts: { ask: read },
    resources: { 'a://one': read, 'a://two': read },
  })
