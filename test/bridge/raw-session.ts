import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createEventReader } from '#mcp/sse.ts'
import { exchange, legacy } from '../peers/wire.ts'

type Message = { id?: unknown; method?: string; params?: never; result?: never; error?: never }

/** One legacy session with nothing between the test and the bytes. */
export async function openSession(about: {
  url: string
  token: string
  capabilities?: object
  revision?: string
  headers?: Record<string, string>
}) {
  const { url, token, capabilities = { elicitation: {} }, revision = '2025-11-25' } = about
  const authorized = { authorization: `Bearer ${token}`, ...about.headers }
  const clientInfo = { name: 'raw', version: '1' }
  const opened = await exchange(url, {
    headers: authorized,
    ...legacy('initialize', { protocolVersion: revision, capabilities, clientInfo }),
  })
  if (opened.status !== 200) throw new Error(opened.body)
  const headers = { ...authorized, 'mcp-session-id': String(opened.headers['mcp-session-id']) }
  let lastId = 0

  return {
    headers,
    greeting: JSON.parse(opened.body),
    /** One message, and the whole answer. */
    post: (body: object, more: Record<string, string> = {}, at = url) =>
      exchange(at, { headers: { ...headers, ...more }, body }),
    answer: (id: unknown, result: object, at = url) =>
      exchange(at, { headers, body: { jsonrpc: '2.0', id, result } }),
    /** A call whose stream is read message by message. */
    async call(name: string, args: object = {}, more: object = {}, at = url) {
      const body = legacy('tools/call', { name, arguments: args, ...more }).body
      const outbound = request(at, {
        method: 'POST',
        agent: false,
        headers: { ...usual, ...headers },
      })
      outbound.on('error', () => {})
      const id = ++lastId
      outbound.end(JSON.stringify({ ...body, id }))
      const [inbound] = (await once(outbound, 'response')) as [IncomingMessage]
      const messages = messagesOf(inbound)
      return {
        id,
        leave: () => outbound.destroy(),
        /** The next message; undefined at the end. */
        next: async (): Promise<Message | undefined> => (await messages.next()).value,
      }
    },
  }
}

const usual = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

async function* messagesOf(inbound: IncomingMessage): AsyncGenerator<Message, undefined> {
  const isEvents = inbound.headers['content-type'] === 'text/event-stream'
  const reader = createEventReader(1_000_000)
  const chunks: Buffer[] = []
  for await (const chunk of inbound) {
    if (!isEvents) chunks.push(chunk)
    else
      for (const { data } of reader.push(chunk))
        if (data && data.length > 0) yield JSON.parse(Buffer.from(data).toString())
  }
  if (chunks.length > 0) yield JSON.parse(Buffer.concat(chunks).toString())
  return undefined
}
