import type { HttpResponse } from '#lib/ingress/exchange.ts'
import { eventBytes } from '#mcp/sse.ts'

/** Where the answer to one request goes: the whole response, or its part of a batch's. */
export interface Reply {
  /** Opens a stream of events, if it is not open yet. */
  openEvents(): void
  /** Relays one message of the server's stream as it came; false asks it to wait for `onDrain`. */
  relay(bytes: Uint8Array, event?: EventMarks): boolean
  /**
   * The final message, or none (a notice taken, a stream that the server closed early). Ends this
   * reply. Status and headers count where nothing has been sent yet and the response is this reply's alone.
   */
  finish(bytes: Uint8Array | undefined, about?: Finish): void
  /** The caller closed its end before this reply was finished. */
  onGone(listener: () => void): void
  onDrain(listener: () => void): void
}

export interface EventMarks {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly retryMs: number | undefined
}

export interface Finish {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly event?: EventMarks | undefined
}

const eventsHead = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  // MCP 2026-07-28, transports: proxies must not collect events.
  'x-accel-buffering': 'no',
}

/** One response for one request: JSON when a single message answers it, events when the server streams. */
export const createReply = (response: HttpResponse): Reply => {
  let open = false
  const gone: (() => void)[] = []
  const drained: (() => void)[] = []
  const openEvents = () => {
    if (open || response.destroyed) return
    open = true
    response.writeHead(200, eventsHead)
    response.flushHeaders()
  }
  return {
    openEvents,
    relay(bytes, event) {
      openEvents()
      // What comes behind the end is for nobody, as what comes when nobody is there.
      const isOver = response.destroyed || response.writableEnded
      return isOver || response.write(eventBytes(bytes, event))
    },
    finish(bytes, about = {}) {
      if (response.writableEnded || response.destroyed) return
      if (open) {
        if (bytes) response.write(eventBytes(bytes, about.event))
        response.end()
      } else writeJson(response, bytes, about)
    },
    onGone(listener) {
      gone.push(listener)
      if (gone.length > 1) return
      response.on('close', () => {
        if (!response.writableFinished) for (const one of gone) one()
      })
    },
    onDrain(listener) {
      drained.push(listener)
      if (drained.length > 1) return
      response.on('drain', () => {
        for (const one of drained) one()
      })
    },
  }
}

const writeJson = (response: HttpResponse, bytes: Uint8Array | undefined, about: Finish): void => {
  if (!bytes) {
    response.writeHead(about.status ?? 202, { 'content-length': 0, ...about.headers })
    response.end()
    return
  }
  response.writeHead(about.status ?? 200, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'content-length': bytes.length,
    ...about.headers,
  })
  response.end(bytes)
}

/** The answers of a batch of 2025-03-26: each an event of one stream, which ends with the last of them. */
export const createBatchReply = (response: HttpResponse, expected: number): Reply => {
  const whole = createReply(response)
  let left = expected
  return {
    ...whole,
    finish(bytes, about) {
      if (bytes) whole.relay(bytes, about?.event)
      if (--left === 0) whole.finish(undefined)
    },
  }
}
