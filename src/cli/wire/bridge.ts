import { setTimeout as wait } from 'node:timers/promises'
import type { JsonValue } from '#lib/json.ts'
import { eraOfMessage } from '#mcp/envelope.ts'
import {
  classify,
  errorBytes,
  INVALID_REQUEST,
  type NotificationMessage,
  PARSE_ERROR,
  type RequestMessage,
} from '#mcp/messages.ts'
import type { Wire } from './exchange.ts'
import { createModern } from './modern.ts'
import { createSend, parse, tellFault } from './relay.ts'
import { createSession } from './session.ts'
import type { Tokens } from './tokens.ts'
import { createUnderWay } from './under-way.ts'

/**
 * The bridge between a client that speaks MCP over standard input and output and the gateway's
 * streamable HTTP. Every message goes as the bytes that came; the eras are told apart message by
 * message. Whatever is asked is answered: by the gateway, or by an error of the bridge.
 */
export interface Bridge {
  receive(line: Buffer | 'too long'): void
  /** The client has no more to say: what is under way gets `graceMs`, then the session is ended. */
  end(graceMs: number): Promise<void>
}

export interface BridgeOptions {
  readonly wire: Wire
  readonly tokens: Tokens
  /** Writes one message and its line break to the client. */
  readonly write: (message: Buffer) => void
  readonly say: (text: string) => void
}

export const createBridge = ({ wire, tokens, write, say }: BridgeOptions): Bridge => {
  const ended = new AbortController()
  const send = createSend(wire, tokens)
  const underWay = createUnderWay(write)
  const modern = createModern({ send, write })
  const session = createSession({ send, write, say, ended: ended.signal })
  const working = new Set<Promise<void>>()

  const ask = (line: Buffer, message: RequestMessage): Promise<void> => {
    const { id, method } = message
    if (eraOfMessage(message, {}) === 'modern')
      return underWay.answer({
        ids: [id],
        era: 'modern',
        isListen: method === 'subscriptions/listen',
        run: (awaited, signal) => modern.ask(line, message, awaited, signal),
      })
    return session.ask(method, (run) =>
      underWay.answer({ ids: [id], era: 'legacy', isListen: false, run: run(line) }),
    )
  }

  const tell = async (line: Buffer, message: NotificationMessage): Promise<void> => {
    const id = message.params?.requestId
    const isCancel = message.method === 'notifications/cancelled'
    // MCP 2026-07-28, basic/patterns/cancellation: over HTTP, closing a request's stream cancels it.
    if (isCancel && (typeof id === 'string' || typeof id === 'number'))
      if (underWay.eraOf(id) === 'modern') return underWay.cancel(id)
    // The modern era has no other notification of a client over HTTP.
    if (eraOfMessage(message, {}) === 'legacy' && session.isOpen)
      await session.tell(line, message.method)
  }

  const receiveBatch = (line: Buffer, batch: readonly JsonValue[]): Promise<void> => {
    const messages = batch.map(classify)
    const ids = messages.flatMap((one) => (one.kind === 'request' ? [one.id] : []))
    if (ids.length === 0) return session.tell(line, '')
    return session.ask('', (run) =>
      underWay.answer({ ids, era: 'legacy', isListen: false, run: run(line) }),
    )
  }

  const receive = async (line: Buffer): Promise<void> => {
    const value = parse(line)
    if (value === undefined)
      return write(errorBytes(undefined, PARSE_ERROR, 'The line is not JSON.'))
    if (Array.isArray(value)) return await receiveBatch(line, value as readonly JsonValue[])
    const message = classify(value)
    switch (message.kind) {
      case 'invalid':
        return write(errorBytes(message.id, INVALID_REQUEST, 'The line is no JSON-RPC message.'))
      case 'request':
        return await ask(line, message)
      case 'notification':
        return await tell(line, message)
      default:
        return await session.tell(line, '')
    }
  }

  return {
    receive(line) {
      if (line === 'too long')
        return write(errorBytes(undefined, PARSE_ERROR, 'The line is too long.'))
      const done = receive(line)
        .catch((thrown: unknown) => {
          if (!ended.signal.aborted) say(tellFault(thrown).text)
        })
        .finally(() => working.delete(done))
      working.add(done)
    },
    async end(graceMs) {
      underWay.cancelAll('listens')
      const patience = new AbortController()
      const waited = wait(graceMs, undefined, { signal: patience.signal }).catch(() => {})
      await Promise.race([Promise.all(working), waited])
      patience.abort()
      ended.abort()
      underWay.cancelAll('all')
      await session.close()
      wire.close()
    },
  }
}
