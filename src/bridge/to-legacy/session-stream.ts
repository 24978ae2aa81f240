import type { Clock } from '#lib/clock.ts'
import { type JsonDocument, readJson } from '#lib/json.ts'
import { bytesAt } from '#lib/json-members.ts'
import {
  METHOD_NOT_FOUND,
  type NotificationMessage,
  type RequestMessage,
  readMessage,
} from '#mcp/messages.ts'
import type { Exchange, Outbound, Upstream } from '#upstream/upstream.ts'
import { answerTo, refusalOf } from './round.ts'
import { headersOf, type LegacySession } from './sessions.ts'
import { unheard } from './unheard.ts'

/** The stream of a session's own, which one GET opens and all who listen in the session hear (2025-11-25, transports §Listening). */
export interface SessionStream {
  /** Resolves when it is open: false where the server has none. */
  readonly opened: Promise<boolean>
  add(listener: StreamListener): () => void
}

export interface StreamListener {
  notice(message: NotificationMessage): void
  /** The stream ended, and cannot be opened again. */
  end(): void
}

const answerLimits = { depth: 256, nodes: 5_000_000, inexactNumbers: 'keep' } as const
const firstWaitMs = 1000
const longestWaitMs = 60_000

/**
 * What is asked on it belongs to no call: a ping is answered, everything else refused, whatever the
 * client could be asked (2025-11-25, transports §Listening; SEP-2260).
 */
export const openSessionStream = (about: {
  upstream: Upstream
  session: LegacySession
  clock: Pick<Clock, 'after'>
  timeoutMs: number
  /** Nobody listens any more, or it ended. */
  closed(): void
}): SessionStream => {
  const { upstream, session, clock } = about
  const listeners = new Set<StreamListener>()
  const { promise: opened, resolve: settle } = Promise.withResolvers<boolean>()
  let current: Exchange | undefined
  let lastEventId: string | undefined
  let waitMs = firstWaitMs
  let isOver = false
  let stopWaiting = () => {}

  const message = (more: Partial<Outbound>): Outbound => ({
    httpMethod: 'POST',
    era: 'legacy',
    body: new Uint8Array(),
    id: undefined,
    method: '',
    headers: headersOf(session),
    loan: session.for.loan,
    timeoutMs: about.timeoutMs,
    endMs: about.timeoutMs,
    ...more,
  })
  const close = (): void => {
    if (isOver) return
    isOver = true
    stopWaiting()
    settle(false)
    current?.cancel('nobody listens')
    for (const listener of [...listeners]) listener.end()
    about.closed()
  }
  const refuse = (doc: JsonDocument, { method }: RequestMessage): void => {
    const id = Buffer.from(bytesAt(doc, ['id']) ?? []).toString()
    const body =
      method === 'ping'
        ? answerTo({ id }, Buffer.from('{}'))
        : refusalOf(id, METHOD_NOT_FOUND, 'Nothing is asked outside of a call')
    upstream.send(message({ body }), unheard)
  }
  const hear = (bytes: Uint8Array): void => {
    const doc = readJson(bytes, answerLimits)
    const heard = readMessage(doc)
    if (heard.kind === 'request') refuse(doc, heard)
    if (heard.kind === 'notification') for (const listener of [...listeners]) listener.notice(heard)
  }
  /** A server may close it at any time; then it is opened again, where it was left. */
  const again = (): void => {
    if (isOver) return
    stopWaiting = clock.after(waitMs, open)
    waitMs = Math.min(waitMs * 2, longestWaitMs)
  }
  const open = (): void => {
    const from = lastEventId === undefined ? [] : ['last-event-id', lastEventId]
    const headers = [...headersOf(session), ...from]
    let isStream = false
    current = upstream.send(
      message({ httpMethod: 'GET', headers, endMs: Number.POSITIVE_INFINITY }),
      {
        head({ kind, status }) {
          isStream = kind === 'events' && status < 300
          if (isStream) settle(true)
        },
        message(bytes, event) {
          lastEventId = event?.id ?? lastEventId
          waitMs = event?.retryMs ?? firstWaitMs
          try {
            if (isStream && bytes.length > 0) hear(bytes)
          } catch {
            // What is no JSON is heard by nobody.
          }
          return true
        },
        end: () => (isStream ? again() : close()),
        fail: (code) => (code === 'upstream_refused' ? close() : again()),
      },
    )
  }
  open()

  return {
    opened,
    add(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) close()
      }
    },
  }
}
