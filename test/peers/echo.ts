import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** A server of both eras whose one tool answers what it was given, after `waitMs` where that is asked for, and that knows what it has executed. */
export async function startEcho() {
  const executed: string[] = []
  const sessions = new Set<string>()
  const tools = [{ name: 'echo', inputSchema: { type: 'object' } }]
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = request.method, params } = JSON.parse(text || '{}')
    const answer = (result: object, headers: Record<string, string> = {}) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    const capabilities = { tools: {} }
    const resultType = 'complete'
    switch (method) {
      case 'server/discover':
        return answer({ resultType, supportedVersions: ['2026-07-28'], capabilities })
      case 'initialize': {
        const session = `echo-${sessions.size + 1}`
        sessions.add(session)
        const serverInfo = { name: 'echo', version: '1' }
        return answer(
          { protocolVersion: '2025-11-25', capabilities, serverInfo },
          { 'mcp-session-id': session },
        )
      }
      case 'tools/list':
        return answer({ resultType, tools })
      case 'tools/call': {
        const session = request.headers['mcp-session-id']
        if (session !== undefined && !sessions.has(String(session)))
          return void response.writeHead(404).end()
        const { ref, waitMs = 0 } = params.arguments
        executed.push(ref)
        if (waitMs > 0) await pause(waitMs)
        return answer({ resultType, content: [{ type: 'text', text: ref }] })
      }
      default:
        return void response.writeHead(method === 'GET' ? 405 : 202).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    executed,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
