import type { LookupFunction } from 'node:net'
import { Bag } from '../bag.ts'
import type { Clock } from '../clock.ts'
import { createConnect } from './connect.ts'
import { Exchange } from './exchange.ts'
import { createPool } from './pool.ts'

/**
 * The one way outward: HTTP/1.1 to one origin, over connections that are kept and counted.
 *
 * It never follows a redirect, so what is sent here, a credential above all, is sent on nowhere
 * else. It connects to no link-local address, however spelled, and to exactly the address that was
 * looked at. Callbacks instead of streams and promises, because this is the hot path.
 */
export interface Egress {
  readonly origin: string
  /** Exchanges that have not ended. */
  readonly underWay: number
  /** Never throws; nothing is heard before it has returned. */
  send(request: EgressRequest, sink: EgressSink): EgressExchange
  /** Ends what is under way with `unreachable` and closes the connections. */
  close(): Promise<void>
}

export interface EgressRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH' | 'HEAD' | 'OPTIONS'
  /** Path and query, beginning with `/`. */
  readonly path: string
  /** Name, value, name, value … Host, content-length and connection are made here. */
  readonly headers: readonly string[]
  readonly body: Uint8Array | undefined
  /** No head within this time, or silence of this length within a bounded body, is `timeout`. */
  readonly silenceMs: number
  /** Hard end of the whole exchange, which is `timeout` as well; Infinity for none. */
  readonly endMs: number
  /** Kept apart from the others, so that streams which stay open leave them their connections. */
  readonly isStream: boolean
}

export type EgressHeaders = Readonly<Record<string, string | string[] | undefined>>

/** `head` once, `data` any number of times, then exactly one of `end` and `fail`; after `cancel` nothing. */
export interface EgressSink {
  /**
   * Headers by their name in lower case; a list where one came more than once. The answer is how many bytes of body are accepted;
   * Infinity stands for a stream, of which neither the length nor the pauses are bounded.
   */
  head(status: number, headers: EgressHeaders): number
  /** False stops reading until `resume`. The bytes may be kept. */
  data(chunk: Buffer): boolean
  end(): void
  /** `detail` is what the other side did, a sentence without its subject: `answered 302, a redirect`. */
  fail(problem: EgressProblem, detail: string, cause?: unknown): void
}

/**
 * `unreachable`: no connection, or it was lost before a head came. `busy`: more under way than the
 * bounds allow, nothing was sent. `timeout`. `redirect`: a 3xx. `broken`: not HTTP, or the
 * connection was lost within the body. `too large`: more body than `head` allowed.
 */
export type EgressProblem = 'unreachable' | 'busy' | 'timeout' | 'redirect' | 'broken' | 'too large'

export interface EgressExchange {
  /** Closes the connection of this exchange; the sink hears nothing any more. */
  cancel(): void
  resume(): void
}

export interface EgressLimits {
  /** Connections for requests, and as many again for streams. */
  readonly connections: number
  /** Requests that may wait for a connection. */
  readonly waiting: number
  readonly connectTimeoutMs: number
}

export const defaultEgressLimits: EgressLimits = {
  connections: 128,
  waiting: 1024,
  connectTimeoutMs: 10_000,
}

/** `origin` is `http://host:port` or `https://host:port`, as `URL.origin` spells it. */
export function createEgress(options: {
  origin: string
  clock: Clock
  limits?: EgressLimits
  /** Of the resolver's shape; the system's where none is given. */
  lookup?: LookupFunction
}): Egress {
  const { origin, clock, limits = defaultEgressLimits } = options
  const url = new URL(origin)
  const { connections: most, connectTimeoutMs: timeoutMs } = limits
  const connect = createConnect({ origin: url, clock, timeoutMs, lookup: options.lookup })
  const calls = createPool({ connect, clock, most })
  const streams = createPool({ connect, clock, most })
  const open = new Bag<Exchange>()
  const release = (exchange: Exchange) => void open.delete(exchange)
  return {
    origin,
    get underWay() {
      return open.size
    },
    send(request, sink) {
      const exchange = new Exchange(request, sink, clock, release)
      const isRoom = open.size < limits.connections + limits.waiting
      open.add(exchange)
      if (isRoom) exchange.start(request.isStream ? streams : calls, url.host)
      else exchange.refuse('busy', `has ${open.size - 1} requests of ours under way`)
      return exchange
    },
    async close() {
      const next = open.walk()
      for (let one = next(); one !== undefined; one = next())
        one.drop('was left: its connections are being closed')
      calls.close()
      streams.close()
    },
  }
}
