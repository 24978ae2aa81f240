import { type Bridges, holdsSessions } from '#bridge/bridge.ts'
import { Fault } from '#lib/fault.ts'
import { readJson } from '#lib/json.ts'
import { isLogLevel } from '#mcp/envelope.ts'
import { errorBytes, INVALID_PARAMS, isObject, resultBytes } from '#mcp/messages.ts'
import type { Upstream, Upstreams } from '#upstream/upstream.ts'
import { deliver } from './deliver.ts'
import { type Ask, type Caller, callerKey, type Exchange } from './exchange.ts'
import { answerLimits } from './forward.ts'
import { inNameOf, type Lend } from './lend.ts'
import { outboundOf, type Timeouts } from './outbound.ts'
import type { Pace } from './pace.ts'
import type { Reply } from './reply.ts'
import type { SessionNotes } from './session-notes.ts'
import { unknownMethod } from './unknown-method.ts'

/**
 * `logging/setLevel` at the plane's endpoint: kept for the session, whose calls to modern servers say it
 * anew each time, and told to each legacy server that has logs, in the session that is held there for this
 * caller. One that is down is not told: its logs are as they were when it is back.
 */
export const levelAtPlane = async (
  parts: {
    upstreams: Pick<Upstreams, 'find'>
    bridges: Pick<Bridges, 'spoken'>
    notes: Pick<SessionNotes, 'setLogLevel'>
    limits: Timeouts
    loan: Lend
    pace: Pace
    nextId(): string
  },
  about: {
    exchange: Exchange
    caller: Caller
    ask: Ask
    reply: Reply
    /** Those that the caller may discover. */
    servers: readonly string[]
  },
): Promise<void> => {
  const { exchange, caller, ask, reply } = about
  if (caller.view.suspension(undefined)) throw new Fault('suspended')
  const logging = about.servers.flatMap((server) => {
    const found = parts.upstreams.find(exchange.plane, server)
    const upstream = found && parts.bridges.spoken(found, 'legacy')
    return upstream && !upstream.shared && hasLogging(upstream) ? [upstream] : []
  })
  if (!ask.session || logging.length === 0) return unknownMethod(ask, reply)
  const said = asLevel(ask)
  if (!said) return noLevel(ask, reply)
  await parts.notes.setLogLevel(exchange.plane, ask.session, said.params.level)
  const told = logging.filter((one) => holdsSessions(one) && one.health.state === 'up')
  await Promise.all(told.map(tell))
  reply.finish(resultBytes(ask.id, {}))

  async function tell(upstream: Upstream): Promise<void> {
    const loan = parts.loan(exchange.plane, upstream.server)
    if (loan === 'missing' || caller.view.suspension(upstream.server)) return
    parts.pace.keep(exchange.plane, upstream.server, caller)
    const its = callerKey(caller.view)
    const out = outboundOf({
      exchange,
      ask: said ?? ask,
      loan: inNameOf(loan, caller),
      timeouts: parts.limits,
      sentId: `level-${parts.nextId()}`,
      ownSession: its,
      caller: its,
    })
    await deliver(upstream, out)
  }
}

/** The modern era says a level with each request; the session's is kept for them (2026-07-28, basic §_meta). */
export const keepLevel = async (
  notes: Pick<SessionNotes, 'setLogLevel'>,
  { plane }: Exchange,
  ask: Ask,
  upstream: Upstream,
  reply: Reply,
): Promise<void> => {
  if (!ask.session || !hasLogging(upstream)) return unknownMethod(ask, reply)
  const said = asLevel(ask)
  if (!said) return noLevel(ask, reply)
  await notes.setLogLevel(plane, ask.session, said.params.level)
  reply.finish(resultBytes(ask.id, {}))
}

/** The message with its level and nothing else: of what reaches a server without an entry, no word is free. */
export const asLevel = (ask: Ask): (Ask & { readonly params: { level: string } }) | undefined => {
  const { level } = ask.params
  if (!isLogLevel(level)) return undefined
  const params = { level }
  const text = JSON.stringify({ jsonrpc: '2.0', id: ask.id, method: ask.method, params })
  return { ...ask, doc: readJson(Buffer.from(text), answerLimits), params }
}

export const noLevel = (ask: Ask, reply: Reply): void =>
  reply.finish(errorBytes(ask.id, INVALID_PARAMS, 'level is not one of the protocol'))

/** Of a server as it is met in the older era. */
const hasLogging = ({ greeting }: Upstream): boolean => {
  const capabilities = greeting.initialize?.capabilities
  return isObject(capabilities) && isObject(capabilities.logging)
}
