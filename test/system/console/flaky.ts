import { once } from 'node:events'
import { createServer } from 'node:http'

const tools = [
  {
    name: 'work',
    inputSchema: { type: 'object', properties: { ref: { type: 'string' } }, required: ['ref'] },
  },
]

/**
 * A server whose tool answers with the `ref` that it was given, breaks off where that ends in `-broken`,
 * and never answers where it ends in `-held`.
 */
export const startFlaky = async () => {
  let held = 0
  let waits: { readonly count: number; readonly resolve: () => void } | undefined
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = '', params = {} } = JSON.parse(text || '{}')
    const answer = (result: object) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } }))
    if (method === 'server/discover')
      return answer({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} } })
    if (method === 'tools/list') return answer({ tools })
    if (method !== 'tools/call') return void response.writeHead(202).end()
    const ref = String(params.arguments.ref)
    if (ref.endsWith('-broken')) return void response.destroy()
    if (!ref.endsWith('-held')) return answer({ content: [{ type: 'text', text: ref }] })
    held++
    if (waits && held >= waits.count) waits.resolve()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    /** Resolves when so many calls have come that are never answered. */
    holds: (count: number) =>
      new Promise<void>((resolve) => {
        if (held >= count) return resolve()
        waits = { count, resolve }
      }),
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
