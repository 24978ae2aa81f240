import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

const form = {
  method: 'elicitation/create',
  params: { message: 'Name?', requestedSchema: { type: 'object', properties: {} } },
}
const sampling = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } }
const asks = (inputRequests: object) => ({ resultType: 'input_required', inputRequests })
const done = (text: string) => ({ resultType: 'complete', content: [{ type: 'text', text }] })

type Tool = (about: {
  request: IncomingMessage
  response: ServerResponse
  id: unknown
  params: { inputResponses?: object }
}) => object | undefined

/** What a server of the modern era must not do, a tool for each; and one that tells what came. */
const tools: Record<string, Tool> = {
  undeclared: () => asks({ one: sampling }),
  unknown: () => asks({ one: { method: 'tools/call', params: {} } }),
  tools: () => asks({ one: { ...sampling, params: { ...sampling.params, tools: [] } } }),
  many: () => asks(Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`q${n}`, form]))),
  form: ({ params }) =>
    params.inputResponses ? done(JSON.stringify(params.inputResponses)) : asks({ one: form }),
  smuggles: ({ params }) =>
    params.inputResponses
      ? done(JSON.stringify(params.inputResponses))
      : asks({ __proto: { ...form, id: 'evil', jsonrpc: '1.0' } }),
  requests({ response, id }) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const say = (message: object) =>
      response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
    say({ id: 'of-the-server', ...form })
    say({ method: 'notifications/elicitation/complete', params: { elicitationId: 'x' } })
    say({ id, result: done('asked by itself') })
    response.end()
    return undefined
  },
  echo: ({ request, params }) => done(JSON.stringify({ headers: request.headers, params })),
  task: () => ({ resultType: 'task', taskId: 't' }),
  mismatch({ response, id }) {
    const error = { code: -32020, message: 'Header mismatch' }
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, error }))
    return undefined
  },
  missing({ response, id }) {
    const data = { requiredCapabilities: { elicitation: { form: {} } } }
    const error = { code: -32021, message: 'Missing', data }
    response
      .writeHead(400, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, error }))
    return undefined
  },
  silent({ response }) {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end()
    return undefined
  },
}

export const rudeTools = Object.keys(tools)

const inputSchema = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
}

export async function startRudeServer() {
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method, params } = JSON.parse(text || '{}')
    const answer = (result: object) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    const about = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
    if (method === 'server/discover')
      return answer({ ...about, supportedVersions: ['2026-07-28'], capabilities: { tools: {} } })
    if (method === 'tools/list')
      return answer({ ...about, tools: rudeTools.map((name) => ({ name, inputSchema })) })
    const tool = method === 'tools/call' ? tools[params?.name] : undefined
    if (!tool) return void response.writeHead(400).end()
    const result = tool({ request, response, id, params })
    if (result) answer(result)
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
