import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from 'node:http'
import { Agent as HttpsAgent, request as requestTls } from 'node:https'
import { Fault } from '#lib/fault.ts'
import { createEventReader } from '#mcp/sse.ts'

/** One request to the gateway, as streamable HTTP has it. Never follows a redirect: the token goes nowhere else. */
export interface Asked {
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** `none`: a body that is neither JSON nor events, or no body. */
  readonly kind: 'json' | 'events' | 'none'
  /** What comes back, as it comes; ends with the answer. Read it to its end, or abort the request. */
  messages(): AsyncGenerator<Incoming, void, undefined>
}

/** One JSON-RPC message, with what its event said besides. */
export interface Incoming {
  readonly bytes: Buffer
  readonly eventId?: string
  readonly retryMs?: number
}

/** The largest message taken: more than any limit that a gateway is likely to be given. */
const messageLimitBytes = 256 * 1024 * 1024

export interface Wire {
  exchange(asked: Asked): Promise<Answer>
  close(): void
}

/** Connections to one address, kept open between requests. */
export const createWire = (address: string): Wire => {
  const url = new URL(address)
  const isTls = url.protocol === 'https:'
  const agent = isTls ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  return {
    exchange: ({ method, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        const about = { method, headers, agent, ...(signal && { signal }) }
        const sent = isTls ? requestTls(url, about) : request(url, about)
        sent.once('error', (cause) => reject(signal?.aborted ? cause : unreachable(url, cause)))
        sent.once('response', (response) => resolve(answerOf(response)))
        if (body !== undefined) sent.setHeader('content-length', Buffer.byteLength(body))
        sent.end(body)
      }),
    close: () => agent.destroy(),
  }
}

const unreachable = (url: URL, cause: NodeJS.ErrnoException): Fault =>
  new Fault('not_running', {
    detail: `${url.origin} could not be reached from here: ${cause.code ?? cause.message}.`,
    fix: /CERT|SIGNED|VERIFY/.test(cause.code ?? '')
      ? 'NODE_EXTRA_CA_CERTS=FILE, with the certificate that signed it'
      : 'bailiwick status',
    cause,
  })

const answerOf = (response: IncomingMessage): Answer => {
  const type = (response.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  const kind =
    type === 'application/json' ? 'json' : type === 'text/event-stream' ? 'events' : 'none'
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    kind,
    messages: () => (kind === 'events' ? readEvents(response) : readBody(response, kind)),
  }
}

async function* readBody(
  response: IncomingMessage,
  kind: 'json' | 'none',
): AsyncGenerator<Incoming, void, undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > messageLimitBytes) throw new Fault('upstream_too_large')
    if (kind === 'json') chunks.push(chunk)
  }
  if (kind === 'json' && size > 0) yield { bytes: Buffer.concat(chunks) }
}

async function* readEvents(response: IncomingMessage): AsyncGenerator<Incoming, void, undefined> {
  const reader = createEventReader(messageLimitBytes)
  for await (const chunk of response as AsyncIterable<Buffer>)
    for (const { data, id, retryMs } of reader.push(chunk))
      yield {
        bytes: Buffer.from(data ?? []),
        ...(id !== undefined && { eventId: id }),
        ...(retryMs !== undefined && { retryMs }),
      }
}
