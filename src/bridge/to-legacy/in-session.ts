import type { Behalf, Outbound } from '#upstream/upstream.ts'
import { headersOf, type LegacySession } from './sessions.ts'

/** What goes to a legacy server for one call, as HTTP carries it in a session; in none to a child. */
export interface InSession {
  request(session: LegacySession | undefined, body: Uint8Array, id: number): Outbound
  /** What is no request: an answer, a notice. */
  beside(session: LegacySession | undefined, body: Uint8Array): Outbound
  /** Asks to go on behind that event (2025-11-25, transports §Resumability). */
  resumption(session: LegacySession | undefined, lastEventId: string): Outbound
}

export const inSession = (outbound: Outbound, behalf: Behalf): InSession => {
  const { idSpan: _id, progressTokenSpan: _token, behalf: _behalf, ...plain } = outbound
  // What its own revision wants of headers is no business of the other era's.
  const travelling = outbound.headers.filter((_, at) => {
    const name = outbound.headers[at - (at % 2)] ?? ''
    return !name.startsWith('mcp-') && name !== 'last-event-id'
  })
  const sessionHeaders = (session: LegacySession | undefined) => (session ? headersOf(session) : [])
  // How long it may take is watched over where it is known whether it waits for its caller.
  const endless = { endMs: Number.POSITIVE_INFINITY }
  const untold = { id: undefined, method: '', loan: behalf.loan }

  return {
    request: (session, body, id) => ({
      ...plain,
      ...endless,
      era: 'legacy',
      body,
      id: String(id),
      headers: [...travelling, ...sessionHeaders(session)],
    }),
    beside: (session, body) => ({
      ...plain,
      ...untold,
      era: 'legacy',
      body,
      endMs: outbound.timeoutMs,
      headers: [...travelling, ...sessionHeaders(session)],
    }),
    resumption: (session, lastEventId) => ({
      ...plain,
      ...untold,
      ...endless,
      httpMethod: 'GET',
      era: 'legacy',
      body: new Uint8Array(),
      headers: [...sessionHeaders(session), 'last-event-id', lastEventId],
    }),
  }
}
