import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { createEventReader } from '#mcp/sse.ts'

export interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown> & { content?: { text: string }[] }
  readonly error?: { code: number; message: string }
}

/** A request under way, with nothing between the test and the bytes. */
export interface Sent {
  /** The next message; undefined at the end. */
  next(): Promise<Message | undefined>
  leave(): void
}

const usual = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}
const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
  'io.modelcontextprotocol/logLevel': 'info',
}

/** One principal, in one era. Its connections are kept, as a client's are. */
export function createWireCaller(about: { era: 'legacy' | 'modern'; token: string }) {
  const { era, token } = about
  const agent = new Agent({ keepAlive: true })
  const sessions = new Map<string, Promise<Record<string, string>>>()

  async function post(url: string, body: object, headers: Record<string, string>) {
    const outbound = request(url, {
      method: 'POST',
      agent,
      headers: { ...usual, authorization: `Bearer ${token}`, ...headers },
    })
    outbound.on('error', () => {})
    const response = once(outbound, 'response') as Promise<[IncomingMessage]>
    const inbound = response.then(([one]) => one)
    inbound.catch(() => {})
    await new Promise<void>((resolve) => outbound.end(JSON.stringify(body), resolve))
    return { inbound, leave: () => void outbound.destroy(), hasLeft: () => outbound.destroyed }
  }

  async function openSession(url: string): Promise<Record<string, string>> {
    const clientInfo = { name: 'crossing', version: '1' }
    const capabilities = { elicitation: { form: {} } }
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo }
    const said = { jsonrpc: '2.0', id: 0, method: 'initialize', params }
    const inbound = await (await post(url, said, {})).inbound
    const text = await textOf(inbound)
    assert.equal(inbound.statusCode, 200, text)
    const headers = { 'mcp-session-id': String(inbound.headers['mcp-session-id']) }
    await tell(url, { method: 'notifications/initialized' }, headers)
    const level = { jsonrpc: '2.0', id: 0, method: 'logging/setLevel', params: { level: 'info' } }
    // Not every server has levels; what is heard then is what it sends.
    await textOf(await (await post(url, level, headers)).inbound)
    return headers
  }

  const sessionAt = (url: string): Promise<Record<string, string>> => {
    const known = sessions.get(url) ?? openSession(url)
    sessions.set(url, known)
    return known
  }

  async function tell(url: string, message: object, headers: Record<string, string>) {
    const inbound = await (await post(url, { jsonrpc: '2.0', ...message }, headers)).inbound
    const text = await textOf(inbound)
    assert.ok((inbound.statusCode ?? 500) < 300, `${inbound.statusCode} ${text}`)
  }

  return {
    era,
    async call(url: string, { id, name, args, token, more = {} }: Call): Promise<Sent> {
      const meta = { ...(era === 'modern' && modernMeta), progressToken: token }
      const params = { name, arguments: args, ...more, _meta: meta }
      const headers =
        era === 'legacy'
          ? await sessionAt(url)
          : {
              'mcp-protocol-version': '2026-07-28',
              'mcp-method': 'tools/call',
              'mcp-name': name,
            }
      const said = { jsonrpc: '2.0', id, method: 'tools/call', params }
      const { inbound, leave, hasLeft } = await post(url, said, headers)
      const messages = messagesOf(inbound, hasLeft)
      return { leave, next: async () => (await messages.next()).value }
    },
    /** Beside its calls, in its session: an answer, a cancellation. */
    tell: async (url: string, message: object) => tell(url, message, await sessionAt(url)),
    /** Ends its sessions and its connections. */
    async close() {
      for (const [url, opened] of sessions) {
        const headers = { ...(await opened), authorization: `Bearer ${token}` }
        const outbound = request(url, { method: 'DELETE', agent, headers })
        outbound.end()
        const [inbound] = (await once(outbound, 'response')) as [IncomingMessage]
        await textOf(inbound)
        assert.ok((inbound.statusCode ?? 500) < 300, `a session ends with ${inbound.statusCode}`)
      }
      agent.destroy()
    },
  }
}
export type WireCaller = ReturnType<typeof createWireCaller>

interface Call {
  readonly id: string | number
  readonly name: string
  readonly args: object
  readonly token: string | number
  readonly more?: object
}

const textOf = async (inbound: IncomingMessage): Promise<string> =>
  Buffer.concat(await inbound.toArray()).toString()

async function* messagesOf(
  answer: Promise<IncomingMessage>,
  hasLeft: () => boolean,
): AsyncGenerator<Message, undefined> {
  try {
    const inbound = await answer
    const isEvents = inbound.headers['content-type'] === 'text/event-stream'
    const reader = createEventReader(1_000_000)
    const chunks: Buffer[] = []
    for await (const chunk of inbound) {
      if (!isEvents) chunks.push(chunk)
      else
        for (const { data } of reader.push(chunk))
          if (data?.length) yield JSON.parse(Buffer.from(data).toString())
    }
    if (chunks.length > 0) yield JSON.parse(Buffer.concat(chunks).toString())
  } catch (thrown) {
    // Its own end was closed: nothing more comes.
    if (!hasLeft()) throw thrown
  }
  return undefined
}
