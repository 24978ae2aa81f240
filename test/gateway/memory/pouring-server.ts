import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

/** What one call makes the server say before it answers. */
export interface Pour {
  readonly events: number
  readonly bytes: number
  /** On the session's own stream, where there is one, instead of the call's. */
  readonly onOwn?: boolean
}

/** Resolves when it takes more, or never will. */
const room = (to: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      to.off('drain', done).off('close', done)
      resolve()
    }
    if (to.destroyed) resolve()
    else to.on('drain', done).on('close', done)
  })

/** A server of one era that says much, as fast as it is read; it knows how many bytes it got rid of. */
export async function startPouring(era: 'legacy' | 'modern') {
  let sent = 0
  let sessions = 0
  const known = new Set<string>()
  const own = new Map<string, ServerResponse>()
  const capabilities = { tools: {}, logging: {} }
  const tools = [{ name: 'pour', inputSchema: { type: 'object' } }]

  const pour = async (to: ServerResponse, { events, bytes }: Pour, message: object) => {
    const text = `data: ${JSON.stringify(message).replace('"PAD"', () => `"${'x'.repeat(bytes)}"`)}\n\n`
    for (let n = 0; n < events && !to.destroyed; n++) {
      const isTaken = to.write(text)
      sent += text.length
      if (!isTaken) await room(to)
    }
  }

  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = request.method, params = {} } = JSON.parse(text || '{}')
    const session = String(request.headers['mcp-session-id'] ?? '')
    const answer = (result: object, headers: Record<string, string> = {}) => {
      const said = JSON.stringify({
        jsonrpc: '2.0',
        id,
        result: { resultType: 'complete', ...result },
      })
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(said)
    }
    const openEvents = () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
    }
    switch (method) {
      case 'server/discover':
        if (era === 'legacy') return void response.writeHead(400).end()
        return answer({ supportedVersions: ['2026-07-28'], capabilities })
      case 'initialize': {
        const error = { code: -32022, message: 'no', data: { supported: ['2026-07-28'] } }
        if (era === 'modern')
          return void response
            .writeHead(400, { 'content-type': 'application/json' })
            .end(JSON.stringify({ jsonrpc: '2.0', id, error }))
        const made = `pouring-${++sessions}`
        known.add(made)
        const serverInfo = { name: 'pouring', version: '1' }
        const greeting = { protocolVersion: '2025-11-25', capabilities, serverInfo }
        return answer(greeting, { 'mcp-session-id': made })
      }
      case 'DELETE':
        known.delete(session)
        own.get(session)?.end()
        return void response.writeHead(204).end()
      case 'GET':
        if (era === 'modern') return void response.writeHead(405).end()
        own.set(session, response)
        return openEvents()
      case 'tools/list':
        return answer({ tools })
      case 'tools/call': {
        const told: Pour = params.arguments
        const progressToken = params._meta?.progressToken ?? 0
        const progress = { progressToken, progress: 1, message: 'PAD' }
        const log = { level: 'info', data: 'PAD' }
        openEvents()
        const stream = told.onOwn ? own.get(session) : response
        const message = told.onOwn
          ? { jsonrpc: '2.0', method: 'notifications/message', params: log }
          : { jsonrpc: '2.0', method: 'notifications/progress', params: progress }
        if (stream) await pour(stream, told, message)
        const result = { resultType: 'complete', content: [{ type: 'text', text: 'poured' }] }
        return void response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`)
      }
      default:
        return id === undefined ? void response.writeHead(202).end() : answer({})
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    sent: () => sent,
    /** Sessions that are open, and that ever were. */
    sessions: () => ({ open: known.size, opened: sessions }),
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
export type Pouring = Awaited<ReturnType<typeof startPouring>>
