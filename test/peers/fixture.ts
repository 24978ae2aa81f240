import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  localhostHostValidation,
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
} from '@modelcontextprotocol/node'
import {
  classifyInboundRequest,
  createMcpHandler,
  isInitializeRequest,
  McpServer,
} from '@modelcontextprotocol/server'
import { addAskingTools } from './fixture/asking.ts'
import { createEventStore } from './fixture/events.ts'
import { addPrompts, addResources } from './fixture/reading.ts'
import { addRounds, verifyState } from './fixture/rounds.ts'
import { type Announce, addSimpleTools } from './fixture/simple.ts'
import type { HttpServer } from './servers.ts'

/** The server that the conformance suite asks for, on the official SDK: everything it names. */
export function createFixture(announce: Announce, addAsking = addAskingTools): McpServer {
  const server = new McpServer(
    { name: 'conformance-fixture', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: verifyState },
    },
  )
  addSimpleTools(server, announce)
  addAsking(server)
  addRounds(server)
  addResources(server)
  addPrompts(server)
  server.server.setRequestHandler('logging/setLevel', () => ({}))
  const completion = { values: [], total: 0, hasMore: false }
  server.server.setRequestHandler('completion/complete', () => ({ completion }))
  return server
}

/**
 * Serves the fixture over streamable HTTP in both eras, or in one, with sessions, resumable streams and
 * polling for the older one, on a free port of loopback.
 */
export async function startFixture(speaks: 'both' | 'legacy' = 'both'): Promise<HttpServer> {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>()
  const modern = createMcpHandler(() => createFixture(modern.notify))
  const serveModern = toNodeHandler(modern)
  const checkHost = localhostHostValidation()

  const listener = createServer((request, response) => {
    if (!checkHost(request, response)) return
    serve(request, response).catch(() => response.destroy())
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const port = typeof address === 'object' ? address?.port : undefined

  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async stop() {
      for (const session of [...sessions.values()]) await session.close()
      await modern.close()
      listener.close()
      listener.closeAllConnections()
      await once(listener, 'close')
    },
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = request.method === 'POST' ? await readJson(request) : undefined
    const { headers, method = '' } = request
    const version = headers['mcp-protocol-version']?.toString()
    const mcpMethod = headers['mcp-method']?.toString()
    const inbound = classifyInboundRequest({
      httpMethod: method,
      ...(version !== undefined && { protocolVersionHeader: version }),
      ...(mcpMethod !== undefined && { mcpMethodHeader: mcpMethod }),
      body,
    })
    if (inbound.kind === 'legacy' || speaks === 'legacy')
      return serveLegacy(request, response, body)
    // The SDK's declaration does not fit exactOptionalPropertyTypes.
    await serveModern(request as NodeIncomingMessageLike, response, body)
  }

  async function serveLegacy(request: IncomingMessage, response: ServerResponse, body: unknown) {
    const id = request.headers['mcp-session-id']
    if (typeof id === 'string') {
      const session = sessions.get(id)
      if (!session) return refuse(response, 404, 'Session not found')
      return session.handleRequest(request, response, body)
    }
    if (!isInitializeRequest(body)) return refuse(response, 400, 'Session ID required')
    const session: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      eventStore: createEventStore(),
      retryInterval: 500,
      onsessioninitialized: (created) => void sessions.set(created, session),
      onsessionclosed: (closed) => void sessions.delete(closed),
    })
    await createFixture(modern.notify).connect(session)
    await session.handleRequest(request, response, body)
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } }))
}
