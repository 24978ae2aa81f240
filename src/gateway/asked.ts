import type { Refusal } from '#domain/decision.ts'
import type { Loan } from '#domain/loan.ts'
import type { Permitted } from '#policy/policy.ts'
import type { Upstream } from '#upstream/upstream.ts'
import type { ApiLent } from './api-call.ts'
import type { Call } from './call.ts'
import type { Ask, CallAsk, Caller, Exchange } from './exchange.ts'
import type { AtServer } from './sealed-rounds.ts'
import type { Target } from './target.ts'

/** What the lines above have found out about one call. */
export interface Asked {
  readonly exchange: Exchange
  readonly caller: Caller
  readonly ask: CallAsk
  readonly target: Target
  /** Decision time, UTC milliseconds. */
  readonly at: number
}

export type Refused = { readonly permitted: false; readonly refusal: Refusal }
/** What goes out for a call whose intent is durable. */
export interface Sending {
  readonly decision: Permitted
  readonly lent: Lent | ApiLent | OwnLent | NotedLent
  readonly call: Call
}
/** One of the gateway's own tools, which needs nothing. */
export interface OwnLent {
  readonly permitted: true
  readonly own: Ask
  readonly loan: undefined
}
/** A subscription of a session that the gateway holds, which it keeps itself. */
export interface NotedLent {
  readonly permitted: true
  readonly noted: Ask
  readonly loan: undefined
}
export interface Lent extends AtServer {
  readonly permitted: true
  readonly upstream: Upstream
  readonly loan: Loan | undefined
}
