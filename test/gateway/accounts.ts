import { once } from 'node:events'
import { createServer } from 'node:http'

/** A server with accounts in it: what it is called with and what it answers is nobody's business. */
export async function startAccounts() {
  const tools = ['pay', 'look', 'report', 'plain', 'note'].map((name) => ({
    name,
    inputSchema: { type: 'object' },
  }))
  const resourceTemplates = [{ uriTemplate: 'accounts://{iban}', name: 'account' }]
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method, params } = JSON.parse(text || '{}')
    const message = (result: object) =>
      JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } })
    const answer = (result: object) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(message(result))
    const capabilities = { tools: {}, resources: {} }
    switch (method) {
      case 'server/discover':
        return answer({ supportedVersions: ['2026-07-28'], capabilities })
      case 'tools/list':
        return answer({ tools })
      case 'resources/list':
        return answer({ resources: [] })
      case 'resources/templates/list':
        return answer({ resourceTemplates })
      case 'resources/read':
        return answer({
          contents: [{ uri: params.uri, mimeType: 'text/plain', text: `of ${params.uri}` }],
        })
      case 'tools/call':
        break
      default:
        return void response.writeHead(202).end()
    }
    const { name, arguments: given = {} } = params
    if (name === 'pay' || name === 'look' || name === 'note') {
      const structuredContent = { done: true, ...given }
      const text = JSON.stringify(structuredContent)
      return answer({ content: [{ type: 'text', text }], structuredContent })
    }
    if (name === 'plain')
      return answer({ content: [{ type: 'text', text: `paid from ${given.iban}` }] })
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const progressToken = params._meta?.progressToken ?? 1
    for (const progress of [1, 2]) {
      const method = 'notifications/progress'
      const event = { jsonrpc: '2.0', method, params: { progressToken, progress, ...given } }
      response.write(`data: ${JSON.stringify(event)}\n\n`)
    }
    const long = { type: 'text', text: 'x'.repeat(given.length ?? 10) }
    response.end(`data: ${message({ content: [long] })}\n\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const read = { class: 'read' }
/** Its document; what is said here of a tool takes the place of what else is. */
export const accounts = (
  url: string,
  tools: Readonly<Record<string, object>> = {},
  more: Readonly<Record<string, unknown>> = {},
): string =>
  JSON.stringify({
    apiVersion: 'bailiwick/v1',
    kind: 'Server',
    plane: 'ops',
    name: 'accounts',
    owner: 'core-banking',
    upstream: { url },
    tools: { pay: read, look: read, report: read, plain: read, note: read, ...tools },
    resources: { 'accounts://{iban}': read },
    ...more,
  })
