import type { Loan } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { defaultEgressLimits, type EgressLimits } from '#lib/egress/egress.ts'
import type { Log } from '#lib/log.ts'
import type { About } from './greet.ts'
import { defaultListLimits, type ListLimits } from './list.ts'
import type { Upstream } from './upstream.ts'

/** What `createUpstreams` holds of each server, beyond what it shows. */
export interface Connection extends Upstream {
  /** The vault holds another secret for it now. */
  refresh(): void
  /** Takes no new messages, lets what is under way end for up to `drainMs`, then closes. */
  retire(drainMs: number): Promise<void>
}

/** What every connection is made of. */
export interface Ground {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly limits: UpstreamLimits
  readonly about: About
  /** The secret for the gateway's own requests, and for a child's environment. */
  readonly loanFor: (plane: PlaneId, server: string) => Loan | undefined
}

export interface UpstreamLimits {
  /** Of one message of a server, bytes. */
  readonly messageBytes: number
  /** For one request of the gateway's own, milliseconds. */
  readonly askTimeoutMs: number
  /** For a child process to be started and to say what it speaks, milliseconds. */
  readonly startTimeoutMs: number
  /** How long silence is taken for "not the modern era" on a child's pipe, milliseconds. */
  readonly probeTimeoutMs: number
  /** A verdict on eras is looked at again after this time, milliseconds. */
  readonly eraRecheckMs: number
  /** The first and the longest wait before a server that failed is tried again, milliseconds. */
  readonly retry: { readonly firstMs: number; readonly mostMs: number }
  /** How long what is under way may take on a connection that is replaced, milliseconds. */
  readonly drainMs: number
  /** Legacy sessions of the gateway's own at one server; beyond them the longest unused is left. */
  readonly sessions: number
  /** Streams of HTTP+SSE at one server, each of which holds a connection; one for each caller. */
  readonly streams: number
  /** A stream that nobody used for so long is closed, milliseconds. */
  readonly streamIdleMs: number
  /** Requests under way on the pipe of one child process. */
  readonly sharedRequests: number
  /** Requests that wait for a child process to be started. */
  readonly waiting: number
  /** Of what a child process has not read of its input, bytes. */
  readonly unreadBytes: number
  /** For each of the two gentler ways to stop a child process, milliseconds. */
  readonly graceMs: number
  readonly list: ListLimits
  readonly egress: EgressLimits
}

export const defaultUpstreamLimits: UpstreamLimits = {
  messageBytes: 10 * 1024 * 1024,
  askTimeoutMs: 15_000,
  startTimeoutMs: 60_000,
  probeTimeoutMs: 5000,
  eraRecheckMs: 3_600_000,
  retry: { firstMs: 1000, mostMs: 60_000 },
  drainMs: 10_000,
  sessions: 1000,
  streams: 100,
  streamIdleMs: 300_000,
  sharedRequests: 1000,
  waiting: 256,
  unreadBytes: 16 * 1024 * 1024,
  graceMs: 2000,
  list: defaultListLimits,
  egress: defaultEgressLimits,
}

/** Looks again every while until it is quiet, for as long as may be. */
export function drain(clock: Clock, isQuiet: () => boolean, drainMs: number): Promise<void> {
  const endAt = clock.elapsed() + drainMs
  return new Promise((resolve) => {
    const look = () => {
      if (isQuiet() || clock.elapsed() >= endAt) resolve()
      else clock.after(50, look)
    }
    look()
  })
}
