import { Fault } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import { LEGACY_STDIO_REVISIONS } from '#mcp/revisions.ts'
import { createAsk } from './ask.ts'
import type { Ground } from './connection.ts'
import { initializeParams, initializeResult } from './greet.ts'
import type { FailCode } from './http-exchange.ts'
import type { HttpWire } from './http-wire.ts'
import { createMultiplexer, type SentRequest } from './multiplex.ts'
import { createNoise } from './noise.ts'
import { openSseStream } from './sse-stream.ts'
import type { Exchange, Outbound, Sink } from './upstream.ts'

/**
 * A session over HTTP+SSE (MCP 2024-11-05, transports §HTTP with SSE): what is posted is answered on
 * its stream. Ids and progress tokens are ours, so an answer to an id that nobody asked reaches nobody.
 */
export interface SseSession {
  readonly revision: string
  readonly result: JsonObject
  readonly underWay: number
  /** Requests alone. */
  send(message: Outbound, sink: Sink): Exchange
  close(): void
}

export interface SsePlace {
  readonly url: URL
  readonly wire: HttpWire
  readonly ground: Ground
  readonly about: { readonly plane: string; readonly server: string }
  /** The secret for what the gateway itself says. */
  readonly loan: () => Outbound['loan']
  /** Over all its sessions: an answer on the stream of another one fits nothing there. */
  readonly nextId: () => number
}

/** The transport is that of 2024-11-05, so that is the revision it is asked for. */
const REVISION = '2024-11-05'

/** Undefined where the URL has no stream of events. Rejects with the Fault that kept it from opening. */
export async function openSseSession(
  place: SsePlace,
  hears: {
    onListChanged: () => void
    /** It is of no use any more; `what` is in words. Called before what is under way fails. */
    onOver: (what: string) => void
  },
): Promise<SseSession | undefined> {
  const { wire, ground } = place
  const { clock, limits } = ground
  const stream = await openSseStream(place, {
    message: (bytes) => pipe.receive(bytes),
    over(what) {
      hears.onOver(what)
      pipe.end('upstream_unreachable', `lost its stream: it ${what}`)
    },
  })
  if (stream === undefined) return undefined
  const { target } = stream
  const noise = createNoise({ ...ground, about: place.about, redact: (text) => text })
  const pipe = createMultiplexer({
    write: (bytes, sent) => post(place, target, bytes, sent, lose),
    clock,
    nextId: place.nextId,
    say: wire.say,
    most: limits.sharedRequests,
    heldBytes: limits.messageBytes,
    onListChanged: hears.onListChanged,
    onDropped(bytes, isBroken) {
      if (noise.dropped(bytes, isBroken)) stream.break('flooded its stream')
    },
  })
  const lose = ({ id }: SentRequest, code: FailCode, detail: string) => pipe.lose(id, code, detail)
  try {
    const opened = await initialize(place, target, pipe.send)
    return {
      ...opened,
      get underWay() {
        return pipe.underWay
      },
      send: pipe.send,
      close: () => stream.break('was closed'),
    }
  } catch (fault) {
    stream.break('was given up')
    throw fault
  }
}

async function initialize(
  place: SsePlace,
  target: string,
  send: (message: Outbound, sink: Sink) => Exchange,
): Promise<{ readonly result: JsonObject; readonly revision: string }> {
  const { wire, ground, loan } = place
  const { askTimeoutMs: timeoutMs } = ground.limits
  const question = { era: 'legacy', headers: [], loan: loan(), timeoutMs } as const
  const params = { ...initializeParams(ground.about), protocolVersion: REVISION }
  const ask = createAsk(send, wire.say)
  const opened = initializeResult(
    await ask({ ...question, method: 'initialize', params }),
    LEGACY_STDIO_REVISIONS,
  )
  if (opened === undefined) {
    const detail = wire.say('speaks none of our revisions over HTTP+SSE')
    throw new Fault('upstream_broken', { detail })
  }
  const method = 'notifications/initialized'
  const notice = Buffer.from(JSON.stringify({ jsonrpc: '2.0', method }))
  // Posts overtake one another: no call may be there before this is.
  await new Promise<void>((done) => post(place, target, notice, undefined, undefined, done))
  return opened
}

/** Posts one message. The answer to the post says only whether it was taken; `lose` hears where it was not. */
function post(
  { wire, ground, loan }: SsePlace,
  target: string,
  body: Uint8Array,
  sent?: SentRequest,
  lose: (sent: SentRequest, code: FailCode, detail: string) => void = () => {},
  over: () => void = () => {},
): boolean {
  const { askTimeoutMs } = ground.limits
  const { message } = sent ?? {}
  const failed = (code: FailCode, detail: string) => {
    if (sent !== undefined) lose(sent, code, detail)
    over()
  }
  const sink: Sink = {
    head({ status }) {
      if (status >= 400) failed('upstream_broken', wire.say(`answered ${status} to a message`))
    },
    message: () => true,
    end: over,
    fail: failed,
  }
  wire.send(
    {
      httpMethod: 'POST',
      era: 'legacy',
      body,
      id: undefined,
      method: message?.method ?? '',
      headers: traced(message?.headers ?? []),
      loan: message === undefined ? loan() : message.loan,
      timeoutMs: message?.timeoutMs ?? askTimeoutMs,
      endMs: message?.endMs ?? askTimeoutMs,
    },
    sink,
    { target },
  )
  return true
}

/** Of what a caller sends, this transport has a place for the trace alone. */
function traced(headers: readonly string[]): string[] {
  return headers.filter((_, i) => TRACE.has(headers[i - (i % 2)] ?? ''))
}

const TRACE: ReadonlySet<string> = new Set(['traceparent', 'tracestate', 'baggage'])
