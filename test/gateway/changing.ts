import { once } from 'node:events'
import { createServer } from 'node:http'

/** What a server offers, and how it behaves when it is asked for its tools. */
export interface Behaviour {
  tools: Record<string, unknown>[]
  /** `answers`; refuses with 500; or keeps the question until `answers` again. */
  lists: 'answers' | 'fails' | 'hangs'
}

/** A server whose list a test changes without a word, of both eras or of the older one alone. */
export async function startChanging(era: 'both' | 'legacy' = 'both') {
  const behaviour: Behaviour = { tools: ['a', 'b'].map((name) => offer(name)), lists: 'answers' }
  const asked = { lists: 0, calls: [] as string[] }
  const kept: (() => void)[] = []
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = '', params = {} } = JSON.parse(text || '{}')
    const answer = (body: object, headers: Record<string, string> = {}, status = 200) =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify({ jsonrpc: '2.0', id, ...body }))
    const resultType = 'complete'
    const capabilities = { tools: {} }
    switch (method) {
      case 'server/discover':
        if (era === 'legacy') return answer({ error: { code: -32601, message: 'no' } }, {}, 404)
        return answer({
          result: { resultType, supportedVersions: ['2026-07-28'], capabilities },
        })
      case 'initialize': {
        const serverInfo = { name: 'changing', version: '1' }
        const result = { protocolVersion: '2025-11-25', capabilities, serverInfo }
        return answer({ result }, { 'mcp-session-id': 'one' })
      }
      case 'tools/list': {
        asked.lists++
        if (behaviour.lists === 'fails') return void response.writeHead(500).end('out of order')
        const list = () => answer({ result: { resultType, tools: behaviour.tools } })
        if (behaviour.lists === 'hangs') return void kept.push(list)
        return list()
      }
      case 'tools/call':
        asked.calls.push(params.name)
        return answer({ result: { resultType, content: [{ type: 'text', text: 'done' }] } })
      default:
        return void response.writeHead(202).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    behaviour,
    asked,
    /** Answers what was kept. */
    letGo() {
      behaviour.lists = 'answers'
      for (const one of kept.splice(0)) one()
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
export type Changing = Awaited<ReturnType<typeof startChanging>>

export const offer = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object' },
  ...more,
})
