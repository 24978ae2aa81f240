import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { exchange, legacy, modern } from '../peers/wire.ts'

/** A stream that a caller reads: what came until it ended. */
export interface Stream {
  readonly text: Promise<string>
  /** What has come until now. */
  said(): string
  close(): void
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Asks again, every hundredth of a second and not for ever. */
export const until = async (holds: () => unknown): Promise<void> => {
  for (let tries = 0; tries < 500; tries++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('it did not come to hold')
}

/** A caller of one endpoint; `host` where the process that is asked is not the installation's address. */
export const callingAt = (url: string, host = new URL(url).host) => {
  const ask = async (token: string, method: string, params: { name?: string } = {}) => {
    const { headers, body } = modern(method, params)
    const answer = await exchange(url, { headers: { ...headers, host, ...bearer(token) }, body })
    return { status: answer.status, ...JSON.parse(answer.body) }
  }
  /** Sends, and answers when the stream has begun. */
  const openStream = async (
    method: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<Stream> => {
    const outbound = request(url, {
      method,
      agent: false,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        host,
        ...headers,
      },
    })
    outbound.on('error', () => {})
    outbound.end(body && JSON.stringify(body))
    const [inbound] = (await once(outbound, 'response')) as [IncomingMessage]
    assert.equal(inbound.statusCode, 200)
    const chunks: string[] = []
    inbound.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
    inbound.on('error', () => {})
    const text = new Promise<string>((resolve) => {
      inbound.on('close', () => resolve(chunks.join('')))
    })
    return { text, said: () => chunks.join(''), close: () => outbound.destroy() }
  }
  return {
    ask,
    openStream,
    call: (token: string, name: string) => ask(token, 'tools/call', { name }),
    streamCall(token: string, name = 'streams') {
      const { headers, body } = modern('tools/call', { name })
      const params = { ...body.params, _meta: { ...body.params._meta, progressToken: 1 } }
      return openStream('POST', { ...headers, ...bearer(token) }, { ...body, params })
    },
    async names(token: string, of: 'tools' | 'prompts' = 'tools'): Promise<string[]> {
      const { result } = await ask(token, `${of}/list`)
      return result[of].map(({ name }: { name: string }) => name).sort()
    },
    /** A session of the older revisions, as the headers that go on in it. */
    async openSession(token: string): Promise<Record<string, string>> {
      const params = {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 't', version: '1' },
      }
      const about = { ...legacy('initialize', params), headers: { host, ...bearer(token) } }
      const answer = await exchange(url, about)
      return { ...bearer(token), 'mcp-session-id': String(answer.headers['mcp-session-id']) }
    },
  }
}
