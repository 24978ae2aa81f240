// A server of one era on the official SDK, over its pipes or over streamable HTTP: `server.ts legacy|modern [--http]`.
// Its tool says back what it was given, after a while, with progress and a log message before, and can ask its caller for it.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
} from '@modelcontextprotocol/node'
import {
  acceptedContent,
  createMcpHandler,
  inputRequired,
  isInitializeRequest,
  McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

const [era] = process.argv.slice(2)
const sessions = new Map<string, NodeStreamableHTTPServerTransport>()
/** What it has seen: how many were at work at once, and how many were answered before one that had come earlier. */
const seen = { ran: 0, open: 0, most: 0, overtaken: 0 }
const open = new Set<number>()

const inputSchema = z.object({ canary: z.string(), delayMs: z.number(), asks: z.boolean() })
type Given = z.infer<typeof inputSchema>

const requestedSchema = {
  type: 'object' as const,
  properties: { name: { type: 'string' as const } },
  required: ['name'],
}
const content = (text: string) => ({ content: [{ type: 'text' as const, text }] })

async function tell({ canary }: Given, { mcpReq }: ServerContext, progress: number): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return
  const params = { progressToken, progress, message: canary }
  await mcpReq.notify({ method: 'notifications/progress', params })
  if (era === 'modern') await mcpReq.log('info', canary)
  else
    await mcpReq.notify({
      method: 'notifications/message',
      params: { level: 'info', data: canary },
    })
}

/** In the older era the server asks in the middle of the call, in the newer one its answer does. */
async function ask({ canary: message }: Given, { mcpReq }: ServerContext) {
  if (era === 'modern') return inputRequired.elicit({ message, requestedSchema })
  const left = new Promise<never>((_, reject) =>
    mcpReq.signal.addEventListener('abort', () => reject(new Error('cancelled'))),
  )
  const onItsStream = { relatedRequestId: mcpReq.id, timeout: 600_000 }
  const asked = mcpReq.elicitInput({ message, requestedSchema }, onItsStream)
  const answer = await Promise.race([asked, left])
  return String(answer.content?.name)
}

async function relay(given: Given, context: ServerContext) {
  const { inputResponses, signal } = context.mcpReq
  const said = acceptedContent<{ name: string }>(inputResponses, 'who')?.name
  await tell(given, context, 1)
  await pause(given.delayMs, undefined, { signal })
  await tell(given, context, 2)
  if (!given.asks) return content(given.canary)
  const heard = said ?? (await ask(given, context))
  return typeof heard === 'string'
    ? content(`${given.canary} ${heard}`)
    : inputRequired({ inputRequests: { who: heard } })
}

const count = () => ({ ...seen, open: open.size, sessions: sessions.size })

function makeServer(): McpServer {
  const server = new McpServer(
    { name: 'crossing', version: '1.0.0' },
    { capabilities: { tools: {}, logging: {} } },
  )
  server.registerTool('relay', { description: 'relay', inputSchema }, async (given, context) => {
    const turn = ++seen.ran
    open.add(turn)
    seen.most = Math.max(seen.most, open.size)
    try {
      return await relay(given, context)
    } finally {
      open.delete(turn)
      if (Math.min(...open) < turn) seen.overtaken++
    }
  })
  server.registerTool('count', { description: 'count', inputSchema: z.object({}) }, () =>
    content(JSON.stringify(count())),
  )
  return server
}

async function serveSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = request.headers['mcp-session-id']
  if (typeof id === 'string') {
    const session = sessions.get(id)
    return session ? session.handleRequest(request, response) : void response.writeHead(404).end()
  }
  const body = JSON.parse(Buffer.concat(await request.toArray()).toString())
  if (!isInitializeRequest(body)) return void response.writeHead(400).end()
  const session: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (created) => void sessions.set(created, session),
    onsessionclosed: (closed) => void sessions.delete(closed),
  })
  await makeServer().connect(session)
  await session.handleRequest(request, response, body)
}

if (!process.argv.includes('--http')) {
  if (era === 'modern') serveStdio(makeServer, { legacy: 'reject' })
  else await makeServer().connect(new StdioServerTransport())
} else {
  const modern = toNodeHandler(createMcpHandler(makeServer, { legacy: 'reject' }))
  // On a busy machine a kept connection would end just as the next request is on its way.
  const listener = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    if (request.url === '/count') return void response.end(JSON.stringify(count()))
    const served =
      era === 'modern'
        ? modern(request as NodeIncomingMessageLike, response)
        : serveSession(request, response)
    served.catch(() => response.destroy())
  })
  listener.listen(0, '127.0.0.1', () =>
    console.log(`listening http://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`),
  )
}
