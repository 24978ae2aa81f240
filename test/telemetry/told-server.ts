import { once } from 'node:events'
import { createServer } from 'node:http'

/** A server of one era that keeps what each of its calls was told of a trace. */
export const startToldServer = async (era: 'modern' | 'legacy') => {
  const told: { meta: Record<string, unknown>; headers: Record<string, unknown> }[] = []
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = request.method, params } = JSON.parse(text || '{}')
    const send = (body: object, headers: Record<string, string> = {}) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify({ jsonrpc: '2.0', id, ...body }))
    const capabilities = { tools: {} }
    const serverInfo = { name: 'told', version: '1' }
    const resultType = 'complete'
    const _meta = { 'io.modelcontextprotocol/serverInfo': serverInfo }
    const isOther = (method === 'server/discover') === (era === 'legacy')
    switch (method) {
      case 'server/discover':
      case 'initialize':
        if (isOther) return send({ error: { code: -32601, message: 'Method not found' } })
        return method === 'initialize'
          ? send({ result: { protocolVersion: '2025-11-25', capabilities, serverInfo } })
          : send({
              result: { resultType, supportedVersions: ['2026-07-28'], capabilities, _meta },
            })
      case 'tools/list':
        return send({
          result: { resultType, tools: [{ name: 'tell', inputSchema: { type: 'object' } }] },
        })
      case 'tools/call':
        told.push({ meta: params._meta ?? {}, headers: request.headers })
        return send({ result: { resultType, content: [{ type: 'text', text: 'told' }] } })
      default:
        return void response.writeHead(method === 'GET' ? 405 : 202).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    told,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
