import { asFault, Fault } from '#lib/fault.ts'
import { type JsonObject, type JsonValue, parseJson } from '#lib/json.ts'
import { CLIENT_CAPABILITIES_KEY, CLIENT_INFO_KEY, PROTOCOL_VERSION_KEY } from '#mcp/envelope.ts'
import { classify, type ErrorMessage, type RequestId } from '#mcp/messages.ts'
import type { ParamHeader } from '#mcp/param-headers.ts'
import { LEGACY_HTTP_REVISIONS, MODERN_REVISIONS } from '#mcp/revisions.ts'
import type { Answer, Wire } from './exchange.ts'
import { learnMirrors, modernHeaders } from './mirror.ts'

/** A short conversation of the terminal itself with one server, in either era. */
export interface Talk {
  request(method: string, params: JsonObject, hear?: Hear): Promise<Reply>
  /** Ends the session where there is one; never throws. */
  close(): Promise<void>
}

/** Hears the notifications that belong to a request. */
export type Hear = (method: string, params: JsonObject) => void

export type Reply =
  | { readonly status: number; readonly result: JsonObject }
  | { readonly status: number; readonly error: ErrorMessage['error'] }

export interface TalkOptions {
  readonly wire: Wire
  readonly token: string
  readonly era: 'modern' | 'legacy'
  readonly version: string
  readonly signal: AbortSignal
}

const accepts = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
}

export const createTalk = (options: TalkOptions): Talk =>
  options.era === 'modern' ? modernTalk(options) : legacyTalk(options)

const modernTalk = ({ wire, token, version, signal }: TalkOptions): Talk => {
  const mirrors = new Map<string, readonly ParamHeader[]>()
  let lastId = 0
  return {
    async request(method, params, hear) {
      const id = ++lastId
      const envelope = {
        [PROTOCOL_VERSION_KEY]: MODERN_REVISIONS[0],
        [CLIENT_CAPABILITIES_KEY]: {},
        [CLIENT_INFO_KEY]: { name: 'bailiwick', version },
        ...(hear && { progressToken: id }),
      }
      const whole: JsonObject = { ...params, _meta: envelope }
      const declared = mirrors.get(String(params.name)) ?? []
      const answer = await wire.exchange({
        method: 'POST',
        headers: {
          ...accepts,
          authorization: `Bearer ${token}`,
          ...modernHeaders(method, whole, declared),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id, method, params: whole }),
        signal,
      })
      const reply = await readReply(answer, id, { hear })
      if (method === 'tools/list' && 'result' in reply) learnMirrors(reply.result, mirrors)
      return reply
    },
    close: async () => {},
  }
}

/** MCP 2025-11-25, basic/transports §Session Management. A session is opened by the first request. */
const legacyTalk = ({ wire, token, version, signal }: TalkOptions): Talk => {
  let lastId = 0
  let session: Record<string, string> = {}
  let opened: Promise<Reply> | undefined
  const send = (message: JsonObject, abort: AbortSignal = signal): Promise<Answer> =>
    wire.exchange({
      method: 'POST',
      headers: { ...accepts, authorization: `Bearer ${token}`, ...session },
      body: JSON.stringify(message),
      signal: abort,
    })
  const notify = async (method: string, params: JsonObject, abort?: AbortSignal) => {
    for await (const _ of (await send({ jsonrpc: '2.0', method, params }, abort)).messages()) {
      // Nothing answers a notification; the body is read so that the connection can be used again.
    }
  }
  const open = async (): Promise<Reply> => {
    const id = ++lastId
    const params = {
      protocolVersion: LEGACY_HTTP_REVISIONS[0],
      capabilities: {},
      clientInfo: { name: 'bailiwick', version },
    }
    const answer = await send({ jsonrpc: '2.0', id, method: 'initialize', params })
    const reply = await readReply(answer, id, {})
    const sessionId = answer.headers['mcp-session-id']
    if ('error' in reply) return reply
    session = {
      'mcp-protocol-version': String(reply.result.protocolVersion),
      ...(typeof sessionId === 'string' && { 'mcp-session-id': sessionId }),
    }
    await notify('notifications/initialized', {})
    return reply
  }
  return {
    async request(method, params, hear) {
      opened ??= open()
      const greeting = await opened
      if ('error' in greeting) return greeting
      const id = ++lastId
      const whole: JsonObject = hear ? { ...params, _meta: { progressToken: id } } : params
      const refuse = (asked: RequestId) =>
        send({
          jsonrpc: '2.0',
          id: asked,
          error: { code: -32601, message: 'This terminal answers no requests' },
        })
      // MCP 2025-11-25, basic/utilities/cancellation: going away is no cancellation.
      const cancel = () =>
        void notify('notifications/cancelled', { requestId: id }, AbortSignal.timeout(1000)).catch(
          () => {},
        )
      signal.addEventListener('abort', cancel, { once: true })
      try {
        const answer = await send({ jsonrpc: '2.0', id, method, params: whole })
        return await readReply(answer, id, { hear, refuse })
      } finally {
        signal.removeEventListener('abort', cancel)
      }
    },
    async close() {
      if (session['mcp-session-id'] === undefined) return
      await wire
        .exchange({
          method: 'DELETE',
          headers: { authorization: `Bearer ${token}`, ...session },
          signal: AbortSignal.timeout(2000),
        })
        .catch(() => {})
    },
  }
}

/** Reads until the answer to `id`; what comes before it is heard, what a server asks is refused. */
const readReply = async (
  answer: Answer,
  id: RequestId,
  on: { hear?: Hear | undefined; refuse?: (asked: RequestId) => Promise<unknown> },
): Promise<Reply> => {
  const { status } = answer
  let reply: Reply | undefined
  for await (const { bytes } of answer.messages()) {
    if (bytes.length === 0 || reply) continue
    const message = classify(parse(bytes))
    if (message.kind === 'notification') on.hear?.(message.method, message.params ?? {})
    else if (message.kind === 'request') await on.refuse?.(message.id)
    else if (message.kind === 'result' && message.id === id)
      reply = { status, result: message.result }
    // An error without an id, over this request's own connection, is about this request.
    else if (message.kind === 'error' && (message.id === id || message.id === undefined))
      reply = { status, error: message.error }
  }
  if (reply) return reply
  throw new Fault('upstream_broken', {
    detail: `The gateway answered ${status} without an answer to the request.`,
  })
}

const parse = (bytes: Buffer): JsonValue => {
  try {
    return parseJson(bytes.toString('utf8'))
  } catch (thrown) {
    throw new Fault('upstream_broken', {
      detail: 'What came back is not JSON.',
      cause: asFault(thrown),
    })
  }
}
