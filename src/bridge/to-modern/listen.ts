import { type JsonDocument, splice } from '#lib/json.ts'
import { editObject } from '#lib/json-members.ts'
import { type NotificationMessage, readMessage } from '#mcp/messages.ts'
import { envelopeOf, UNKNOWN_SPEAKER } from '#mcp/speaker.ts'
import type { Exchange, Outbound, Sink, Upstream } from '#upstream/upstream.ts'
import { streamless } from './answered.ts'
import { readAnswer } from './exchange.ts'
import { declares } from './greeting.ts'
import { asModern, isReserved, modernHeaders } from './request.ts'

/** What a session's own stream is told of (2026-07-28, basic/patterns/subscriptions). */
const notices: ReadonlySet<string> = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
])
const acknowledged = 'notifications/subscriptions/acknowledged'

/**
 * A legacy session's own stream (2025-11-25, transports §Listening for Messages): one
 * `subscriptions/listen` with all that the session subscribed to and the changes of lists. When there
 * are others, the next one takes its place once the server has acknowledged it, so that nothing is
 * missed in between. It ends with the server's: the client opens its stream anew.
 */
export const listen = (server: Upstream, message: Outbound, sink: Sink): Exchange => {
  const changes = changesOf(server)
  const canSubscribe = declares(server, 'resources', 'subscribe')
  if (!canSubscribe && Object.keys(changes).length === 0) return streamless(sink)
  const { subscriptions, speaker = UNKNOWN_SPEAKER } = message.carried ?? {}
  let isOpen = false
  let isOver = false
  let current: Exchange | undefined
  /** With those that are about to be replaced. */
  const listening = new Set<Exchange>()

  const begin = (): void => {
    if (isOpen || isOver) return
    isOpen = true
    sink.head({ status: 200, kind: 'events', sessionId: undefined, headers: [] })
  }
  const finish = (tell: () => void): void => {
    if (isOver) return
    isOver = true
    over()
    leave(listening)
    tell()
  }
  const end = (): void => finish(sink.end)
  const leave = (some: Iterable<Exchange>): void => {
    for (const one of [...some]) {
      listening.delete(one)
      one.cancel('it is not needed any more')
    }
  }

  const wanted = () => {
    const uris = canSubscribe ? (subscriptions?.list() ?? []) : []
    return { ...changes, ...(uris.length > 0 && { resourceSubscriptions: uris }) }
  }
  /** Resolves when the server listens for what is wanted now, or the stream is over. */
  const renew = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = [...listening]
    const notifications = wanted()
    const take = (): void => {
      begin()
      leave(before)
      resolve()
    }
    if (Object.keys(notifications).length === 0) {
      current = undefined
      take()
      return promise
    }
    const mine: Exchange = server.send(
      request(message, envelopeOf(speaker, undefined), notifications),
      {
        head({ kind }) {
          if (kind === 'events') return
          if (isOpen) end()
          else finish(() => streamless(sink))
          resolve()
        },
        message(bytes) {
          const doc = readAnswer(bytes)
          const told = doc && readMessage(doc)
          if (!doc || told?.kind !== 'notification' || isOver) return true
          if (told.method === acknowledged) take()
          else if (notices.has(told.method) && isOpen) return sink.message(unsubscribed(doc, told))
          return true
        },
        end() {
          resolve()
          if (current === mine) end()
        },
        fail(...failed) {
          resolve()
          if (current === mine) finish(isOpen ? sink.end : () => sink.fail(...failed))
        },
      },
    )
    current = mine
    listening.add(mine)
    return promise
  }

  const over = subscriptions?.onChange(renew) ?? (() => {})
  queueMicrotask(() => {
    if (!isOver) void renew()
  })
  return {
    cancel() {
      finish(() => {})
    },
    resume: () => current?.resume(),
  }
}

const changesOf = (server: Upstream): Record<string, true> => ({
  ...(declares(server, 'tools', 'listChanged') && { toolsListChanged: true as const }),
  ...(declares(server, 'prompts', 'listChanged') && { promptsListChanged: true as const }),
  ...(declares(server, 'resources', 'listChanged') && { resourcesListChanged: true as const }),
})

const method = 'subscriptions/listen'

const request = (message: Outbound, envelope: string, notifications: object): Outbound => ({
  ...asModern(message),
  body: Buffer.from(
    `{"jsonrpc":"2.0","id":1,"method":"${method}",` +
      `"params":{"notifications":${JSON.stringify(notifications)},"_meta":{${envelope}}}}`,
  ),
  id: '1',
  method,
  headers: [
    ...modernHeaders(withoutForm(message.headers), { method, params: {}, mirrored: [] }),
    ...['accept', 'application/json, text/event-stream', 'content-type', 'application/json'],
  ],
})

/** A stream is asked for by a request that has no body, and no form of one. */
const withoutForm = (headers: readonly string[]): string[] =>
  headers.filter((_, i) => !['accept', 'content-type'].includes(headers[i - (i % 2)] ?? ''))

/** Under which subscription it came is nothing that a legacy client knows. */
const unsubscribed = (doc: JsonDocument, { params }: NotificationMessage): Uint8Array => {
  const meta = params?._meta
  if (typeof meta !== 'object') return doc.bytes
  const isEmpty = Object.keys(meta ?? {}).every(isReserved)
  const edits = isEmpty
    ? editObject(doc, ['params'], { drop: (name) => name === '_meta' })
    : editObject(doc, ['params', '_meta'], { drop: isReserved })
  return splice(doc.bytes, edits)
}
