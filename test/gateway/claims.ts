import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'

/** What a server saw of its callers. */
interface Seen {
  readonly method: string
  readonly name: string | undefined
}

const person = { name: 'Ana', ssn: '078-05-1120', line: '3' }
const secret = person.ssn
const toolsWith = (line: string) => [
  {
    name: 'record_read',
    inputSchema: {
      type: 'object',
      properties: { id: { type: 'string', pattern: '^[a-z]+$' }, [line]: { type: 'string' } },
      required: ['id'],
    },
  },
  { name: 'note_write', inputSchema: { type: 'object' } },
]

/**
 * An insurer's server, in both eras, that says what it should not wherever it can: in progress, in
 * logs, in errors, and in what it asks its caller for.
 */
export async function startClaims() {
  const seen: Seen[] = []
  let tools = toolsWith('line')
  let sessions = 0
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = request.method, params } = JSON.parse(text || '{}')
    seen.push({ method, name: params?.name ?? params?.uri })
    const isModern = request.headers['mcp-protocol-version'] === '2026-07-28'
    const complete = isModern ? { resultType: 'complete' } : {}
    const answer = (result: object, headers: Record<string, string> = {}) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result: { ...complete, ...result } }))
    const capabilities = { tools: {}, prompts: {}, resources: {}, completions: {}, logging: {} }
    const serverInfo = { name: 'claims', version: '1' }
    switch (method) {
      case 'server/discover':
        return answer({ supportedVersions: ['2026-07-28'], capabilities })
      case 'initialize':
        return answer(
          { protocolVersion: '2025-11-25', capabilities, serverInfo },
          { 'mcp-session-id': `s-${++sessions}` },
        )
      case 'tools/list':
        return answer({ tools })
      case 'prompts/list':
        return answer({
          prompts: [{ name: 'letter', arguments: [{ name: 'to', required: true }] }],
        })
      case 'prompts/get':
        return answer({ messages: [{ role: 'user', content: textOf(person) }] })
      case 'resources/list':
        return answer({ resources: [] })
      case 'resources/templates/list':
        return answer({ resourceTemplates: [{ uriTemplate: 'claims://{line}/record', name: 'r' }] })
      case 'resources/read': {
        const { uri } = params
        return answer({
          contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(person) }],
        })
      }
      case 'completion/complete':
        return answer({ completion: { values: [secret] } })
      case 'tools/call':
        return call(response, id, params, complete)
      default:
        return void response.writeHead(202).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    seen,
    secret,
    /** Its argument `line` is called so from now on. */
    rename(to: string) {
      tools = toolsWith(to)
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const textOf = (value: object) => ({ type: 'text', text: JSON.stringify(value) })

type Params = { arguments?: { id?: string }; _meta?: { progressToken?: unknown } }

const call = (response: ServerResponse, id: unknown, params: Params, complete: object): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (message: object) =>
    response.write(`id: 1\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
  const progressToken = params._meta?.progressToken ?? 1
  send({
    method: 'notifications/progress',
    params: { progressToken, progress: 1, message: secret },
  })
  send({ method: 'notifications/message', params: { level: 'info', data: secret } })
  // A server that closes early leaves the rest to a stream that its caller resumes.
  if (params.arguments?.id === 'later') return void response.end()
  if (params.arguments?.id === 'broken')
    send({ id, error: { code: -32603, message: `no ${secret}`, data: secret } })
  else if (params.arguments?.id === 'asks')
    send({ id, result: { resultType: 'input_required', requestState: secret } })
  else
    send({
      id,
      result: {
        ...complete,
        content: [textOf(person)],
        structuredContent: person,
        _meta: { secret },
      },
    })
  response.end()
}
