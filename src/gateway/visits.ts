import type { Loan } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { Outbound, Upstreams } from '#upstream/upstream.ts'
import { unheard } from './cancellation.ts'
import { type Caller, type Exchange, header, type Session } from './exchange.ts'
import type { Lend } from './lend.ts'
import type { Sessions } from './sessions.ts'
import { needsServer, type Standing } from './standing.ts'

/**
 * Legacy sessions that servers hold for callers, as they were last seen here: when a caller may not
 * reach the server any more, its session ends on both sides. The oldest of very many is forgotten, and
 * then ends as the server lets it.
 */
export interface Visits {
  /** The session that a request names. Fault missing_session or unknown_session where it names none of this caller's. */
  find(exchange: Exchange, caller: Caller): Session
  seen(exchange: Exchange, caller: Caller, session: Session): void
  /** The caller ended it; see `Ended.add`. */
  end(session: Session): Promise<void>
}

const most = 10_000

export const createVisits = (parts: {
  upstreams: Upstreams
  sessions: Sessions
  standing: Standing
  loan: Lend
  timeoutMs: number
}): Visits => {
  const { sessions, standing } = parts
  const known = new Map<string, () => void>()

  const forget = (id: string): void => {
    known.get(id)?.()
    known.delete(id)
  }
  const leave = (plane: PlaneId, server: string, session: Session): void => {
    const loan = parts.loan(plane, server)
    if (loan === 'missing') return
    parts.upstreams.find(plane, server)?.send(deletion(session, loan, parts.timeoutMs), unheard)
  }

  const seen: Visits['seen'] = ({ plane, server }, caller, session) => {
    if (server === undefined || session.upstreamId === '' || known.has(session.id)) return
    if (caller.view.suspension(server)) return
    const end = () => {
      known.delete(session.id)
      // What could not be kept is logged, and ended here and at its server all the same.
      sessions.end(session).catch(() => {})
      leave(plane, server, session)
    }
    known.set(session.id, standing.add({ caller, reason: needsServer(server), end }))
    const oldest = known.size > most ? known.keys().next().value : undefined
    if (oldest !== undefined) forget(oldest)
  }

  return {
    find(exchange, caller) {
      const id = header(exchange, 'mcp-session-id')
      if (id === undefined) throw new Fault('missing_session')
      const session = sessions.open(caller, exchange, id)
      if (!session) throw new Fault('unknown_session')
      seen(exchange, caller, session)
      return session
    },
    seen,
    end(session) {
      forget(session.id)
      return sessions.end(session)
    },
  }
}

/** MCP 2025-11-25, transports §Session Management. */
const deletion = (session: Session, loan: Loan | undefined, timeoutMs: number): Outbound => ({
  httpMethod: 'DELETE',
  era: 'legacy',
  body: new Uint8Array(),
  id: undefined,
  method: '',
  headers: ['mcp-session-id', session.upstreamId, 'mcp-protocol-version', session.revision],
  loan,
  timeoutMs,
  endMs: timeoutMs,
})
