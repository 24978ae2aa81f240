// A proxy of the official SDK's parts, as gateways in Node are built: one client, connected once, and a
// server made for each request, which hands the call on. Low-level server, body parsed once, no checks.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { serveParent } from './process.ts'

const about = { name: 'sdk-proxy', version: '1.0.0' }
const client = new Client(about, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
await client.connect(
  new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${process.argv[2]}/mcp`)),
)

const handler = createMcpHandler(
  () => {
    const server = new Server(about, { capabilities: { tools: {} } })
    server.setRequestHandler('tools/list', ({ params }) => client.listTools(params))
    server.setRequestHandler('tools/call', ({ params }) => client.callTool(params))
    return server
  },
  { legacy: 'reject', responseMode: 'json', keepAliveMs: 0 },
)
const handle = toNodeHandler(handler)
type Asked = Parameters<typeof handle>[0]

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    // The SDK's own declarations do not fit node:http's under exactOptionalPropertyTypes.
    void handle(request as Asked, response, JSON.parse(Buffer.concat(chunks).toString()))
  })
})
server.listen(0, '127.0.0.1', () =>
  serveParent({ port: (server.address() as AddressInfo).port }, () => undefined),
)
