import type { Bridges } from '#bridge/bridge.ts'
import type { Loan } from '#domain/loan.ts'
import { Fault } from '#lib/fault.ts'
import type { Apis } from '#upstream/apis.ts'
import type { Upstream, Upstreams } from '#upstream/upstream.ts'
import type { Caller, Exchange } from './exchange.ts'
import { inNameOf, type Lend } from './lend.ts'

/** The server that an endpoint is for, as far as its caller may know that there is one. */
export interface Reach {
  /** Undefined at the plane's own endpoint and at an API's: for both the gateway speaks itself. */
  upstreamOf(exchange: Exchange, caller: Caller): Upstream | undefined
  /** The same as a session of the legacy era has it before it. */
  legacyOf(exchange: Exchange, caller: Caller): Upstream | undefined
  /** Throws Fault suspended. */
  unsuspended(exchange: Exchange, caller: Caller): void
  /** What it is lent in its caller's name. Throws Fault no_credential. */
  loanOf(exchange: Exchange, caller: Caller): Loan | undefined
}

export const createReach = (parts: {
  upstreams: Pick<Upstreams, 'find'>
  bridges: Pick<Bridges, 'spoken'>
  apis: Pick<Apis, 'find'>
  loan: Lend
  now(): number
}): Reach => {
  const offersTools = ({ plane }: Exchange, item: string): boolean =>
    parts.apis.find(plane, item)?.offersTools === true

  const upstreamOf: Reach['upstreamOf'] = (exchange, caller) => {
    if (exchange.server === undefined) return undefined
    const upstream = parts.upstreams.find(exchange.plane, exchange.server)
    const isThere = upstream !== undefined || offersTools(exchange, exchange.server)
    if (!isThere || !caller.view.sees(exchange.server, parts.now())) throw new Fault('not_found')
    return upstream
  }

  return {
    upstreamOf,
    legacyOf(exchange, caller) {
      const found = upstreamOf(exchange, caller)
      return found && (parts.bridges.spoken(found, 'legacy') ?? found)
    },
    unsuspended(exchange, caller) {
      if (caller.view.suspension(exchange.server)) throw new Fault('suspended')
    },
    loanOf({ plane, server }, caller) {
      const loan = server === undefined ? undefined : parts.loan(plane, server)
      if (loan === 'missing') throw new Fault('no_credential')
      return inNameOf(loan, caller)
    },
  }
}
