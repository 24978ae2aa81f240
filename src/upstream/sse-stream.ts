import { Fault } from '#lib/fault.ts'
import type { FailCode } from './http-exchange.ts'
import { endpointAt } from './sse-endpoint.ts'
import type { SsePlace } from './sse-session.ts'
import type { Exchange, Sink } from './upstream.ts'

/** The stream of a session, open for as long as the session is. */
export interface SseStream {
  /** What messages are posted to. */
  readonly target: string
  /** Closes it; `what` says why. */
  break(what: string): void
}

interface Listener {
  message(bytes: Buffer): void
  /** Once, where it had been opened. */
  over(what: string): void
}

/**
 * Opens a stream of events and waits until it names its endpoint, which it does once, first, and at
 * its own origin. Undefined where the URL has no such stream.
 */
export function openSseStream(
  { url, wire, ground, loan }: SsePlace,
  listener: Listener,
): Promise<SseStream | undefined> {
  const { clock, limits } = ground
  const { promise, resolve, reject } = Promise.withResolvers<SseStream | undefined>()
  let exchange: Exchange | undefined
  let target: string | undefined
  let isOver = false

  function finish(what: string, code: FailCode = 'upstream_broken', detail = wire.say(what)): void {
    if (isOver) return
    isOver = true
    stopTimer()
    exchange?.cancel(what)
    if (target === undefined) reject(new Fault(code, { detail }))
    else listener.over(what)
  }

  function named(data: Uint8Array): void {
    const found = endpointAt(data, url)
    if (target !== undefined) finish('named a second endpoint')
    else if ('problem' in found) finish(found.problem)
    else {
      target = found.target
      stopTimer()
      resolve({ target, break: finish })
    }
  }

  const sink: Sink = {
    head({ status, kind }) {
      if (kind === 'events' && status === 200) return
      isOver = true
      stopTimer()
      exchange?.cancel('it is no stream')
      resolve(undefined)
    },
    message(bytes, event) {
      const { name = 'message' } = event ?? {}
      if (isOver) return true
      if (name === 'endpoint') named(bytes)
      else if (name !== 'message' || bytes.length === 0) return true
      else if (target === undefined) finish('sent a message before it named its endpoint')
      else listener.message(Buffer.from(bytes))
      return true
    },
    end: () => finish('ended its stream', 'upstream_unreachable'),
    fail: (code, detail) => finish('broke off', code, detail),
  }
  const timeoutMs = limits.askTimeoutMs
  const stopTimer = clock.after(timeoutMs, () =>
    finish(`opened a stream and named no endpoint within ${timeoutMs} ms`),
  )
  exchange = wire.send({ ...GET, loan: loan(), timeoutMs }, sink, { hasNamedEvents: true })
  return promise
}

const GET = {
  httpMethod: 'GET',
  era: 'legacy',
  body: new Uint8Array(0),
  id: undefined,
  method: '',
  headers: [],
  endMs: Number.POSITIVE_INFINITY,
} as const
