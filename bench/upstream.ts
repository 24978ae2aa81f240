// The server behind everything that is measured: bare node:http, answers made beforehand but for the id.
//   node bench/upstream.ts [legacy]      2026-07-28 alone, or 2025-11-25 alone, with sessions
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveParent } from './process.ts'
import { callResults, greeting, lentSecret, otherResults, type Taken } from './upstream-answers.ts'

const isLegacy = process.argv[2] === 'legacy'
const ofLegacy: Readonly<Record<string, object>> = {
  initialize: greeting,
  'tools/list': otherResults['tools/list'] ?? {},
}
let sessions = 0
let calls = 0
let lent = 0
let bearing = 0

interface Message {
  readonly id: unknown
  readonly method: string
  readonly params?: { readonly name?: string }
}

const resultOf = ({ method, params }: Message, authorization: string | undefined) => {
  if (method !== 'tools/call') return JSON.stringify((isLegacy ? ofLegacy : otherResults)[method])
  calls++
  if (authorization !== undefined) bearing++
  if (authorization === `Bearer ${lentSecret}`) lent++
  return callResults[params?.name ?? '']
}

const answer = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
  const message = JSON.parse(body.toString()) as Message
  const result = resultOf(message, request.headers.authorization)
  if (isLegacy && message.method === 'server/discover')
    return void response.writeHead(400, { 'content-length': 0 }).end()
  if (result === undefined) return void response.writeHead(202, { 'content-length': 0 }).end()
  const text = `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":${result}}`
  const bytes = Buffer.from(text)
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...(message.method === 'initialize' && { 'mcp-session-id': `bench-${++sessions}` }),
  })
  response.end(bytes)
}

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  if (request.method !== 'POST') return void response.writeHead(405, { 'content-length': 0 }).end()
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const [only] = chunks
    answer(request, response, chunks.length === 1 && only ? only : Buffer.concat(chunks))
  })
})

server.listen(0, '127.0.0.1', () => {
  serveParent({ port: (server.address() as AddressInfo).port }, (): Taken => {
    const taken = { calls, lent, bearing }
    calls = lent = bearing = 0
    return taken
  })
})
