import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Kind } from './world.ts'

interface Offer {
  readonly kind: Kind
  readonly name: string
  /** Written anew when it changes. */
  readonly description: string
}

const schema = {
  type: 'object',
  properties: { line: { type: 'string' }, hall: { type: 'string' } },
}
const written = ({ kind, name, description }: Offer): object => {
  if (kind === 'tool') return { name, description, inputSchema: schema }
  if (kind === 'prompt')
    return { name, description, arguments: [{ name: 'line' }, { name: 'hall' }] }
  return kind === 'resource'
    ? { uri: name, name, description }
    : { uriTemplate: name, name, description }
}

/**
 * MCP servers of 2026-07-28, each under its name, that offer what a test says; below other names, an API
 * that takes whatever it is asked. They count what they are asked to do.
 */
export async function startFactory() {
  const offers = new Map<string, readonly Offer[]>()
  const done: string[] = []
  const server = createServer(async (request, response) => {
    const [name = '', ...path] = new URL(request.url ?? '', 'http://here').pathname
      .slice(1)
      .split('/')
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method, params = {} } = JSON.parse(text || '{}')
    const answer = (result: object) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } }))
    const listed = (kind: Kind) =>
      (offers.get(name) ?? []).filter((one) => one.kind === kind).map(written)
    if (path.length > 0) {
      done.push(`${name} ${request.method} /${path.join('/')}`)
      return void response.writeHead(200, { 'content-type': 'application/json' }).end('[]')
    }
    switch (method) {
      case 'server/discover':
        return answer({
          supportedVersions: ['2026-07-28'],
          capabilities: { tools: {}, prompts: {}, resources: {} },
        })
      case 'tools/list':
        return answer({ tools: listed('tool') })
      case 'prompts/list':
        return answer({ prompts: listed('prompt') })
      case 'resources/list':
        return answer({ resources: listed('resource') })
      case 'resources/templates/list':
        return answer({ resourceTemplates: listed('template') })
      case 'tools/call':
        done.push(`${name} tool ${params.name}`)
        return answer({ content: [{ type: 'text', text: 'done' }] })
      case 'prompts/get':
        done.push(`${name} prompt ${params.name}`)
        return answer({ messages: [] })
      case 'resources/read':
        done.push(`${name} resource ${params.uri}`)
        return answer({ contents: [{ uri: params.uri, text: 'done' }] })
      default:
        return void response.writeHead(202).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  return {
    urlOf: (name: string) => `${origin}/${name}`,
    offers,
    /** What has been done, in order: `mes tool read_line`. */
    done,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
