import type { ServerResponse } from 'node:http'
import { json, listen, type Received } from './ground.ts'

type Message = Received['message']

/** One stream that somebody has open, and what came to it. */
export interface Stream {
  readonly number: number
  /** One event: its name, and its data as it stands. */
  event(name: string, data: string): void
  say(message: unknown): void
  readonly posted: Message[]
  readonly response: ServerResponse
}

/** A server of 2024-11-05 over HTTP+SSE that is well-behaved, but for what the test gives it to do. */
export async function sseServer(
  does: {
    /** Instead of naming the endpoint. */
    opens?: (stream: Stream, origin: string) => void
    /** Instead of an empty result; a message that is no handshake. */
    answers?: (message: Message, stream: Stream, streams: readonly Stream[]) => void
    /** What the answer to a post is. */
    takes?: (message: Message, response: ServerResponse) => boolean
    revision?: string
  } = {},
) {
  const streams: Stream[] = []
  const headers: string[][] = []
  const { origin } = await listen(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://it')
    headers.push([`${request.method} ${pathname}`, ...request.rawHeaders])
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (pathname === '/sse' && request.method === 'GET') return open(response)
    const stream = streams[Number(searchParams.get('s'))]
    if (pathname !== '/messages' || stream === undefined) {
      return void response.writeHead(404, { 'content-type': 'text/html' }).end('<p>No</p>')
    }
    const message = JSON.parse(Buffer.concat(chunks).toString()) as Message
    stream.posted.push(message)
    if (does.takes?.(message, response)) return
    response.writeHead(202).end('Accepted')
    answer(message, stream)
  })

  function open(response: ServerResponse): void {
    const stream: Stream = {
      number: streams.length,
      posted: [],
      response,
      event: (name, data) => void response.write(`event: ${name}\ndata: ${data}\n\n`),
      say: (message) => stream.event('message', JSON.stringify(message)),
    }
    streams.push(stream)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    if (does.opens) does.opens(stream, origin)
    else stream.event('endpoint', `/messages?s=${stream.number}`)
  }

  function answer(message: Message, stream: Stream): void {
    const { id, method } = message
    const result = (value: unknown) => stream.say({ jsonrpc: '2.0', id, result: value })
    if (method === 'initialize') {
      result({
        protocolVersion: does.revision ?? '2024-11-05',
        capabilities: { tools: {} },
        serverInfo: { name: 'old', version: '1' },
      })
    } else if (id === undefined) return
    else if (method === undefined) return
    else if (does.answers) does.answers(message, stream, streams)
    else if (method === 'tools/list') result({ tools: [{ name: 'any', inputSchema: {} }] })
    else result({ content: [{ type: 'text', text: `stream ${stream.number}` }] })
  }

  return { url: `${origin}/sse`, origin, streams, headers }
}

/** A server of another origin that must never be asked. */
export async function elsewhere() {
  const asked: string[] = []
  const { origin } = await listen((request, response) => {
    asked.push(request.url ?? '')
    json(response, 200, {})
  })
  return { origin, asked }
}
