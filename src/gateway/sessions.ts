import { isRevision } from '#mcp/revisions.ts'
import type { Speaker } from '#mcp/speaker.ts'
import type { Keyring } from '#vault/vault.ts'
import type { Ended } from './ended.ts'
import type { Caller, Exchange, Session } from './exchange.ts'

/**
 * Legacy sessions, without a table: a session id is what the session holds, sealed under the plane's
 * key and bound to its caller and endpoint (trust.md row 8). Another caller's id does not open, here
 * or on any other process with the same key; nothing grows with the number of sessions.
 */
export interface Sessions {
  seal(caller: Caller, exchange: Exchange, held: Omit<Session, 'id'>): Session
  /**
   * Undefined for an id that was never given to this caller for this endpoint, or that was ended.
   * While the caller is suspended an ended one opens: nothing is permitted in it, and it is to learn that.
   */
  open(caller: Caller, exchange: Exchange, id: string): Session | undefined
  /** From now on it does not open here, and soon nowhere; see `Ended.add`. */
  end(session: Session): Promise<void>
}

/** Earlier versions sealed no speaker; where there is none it is null. */
type Sealed = [revision: unknown, upstreamId: unknown, speaker?: Speaker | null]

/** Neither a client nor a server holds a space. Without a user it is what earlier versions sealed. */
const contextOf = ({ view: { client, user } }: Caller, { server = '' }: Exchange): string =>
  user === undefined ? `${client} ${server}` : `${client} ${server} ${user}`

export const createSessions = (keyring: Keyring, ended: Ended): Sessions => {
  return {
    end: ({ id }) => ended.add(id),
    seal(caller, exchange, held) {
      const { revision, upstreamId, speaker } = held
      const plain = Buffer.from(JSON.stringify([revision, upstreamId, speaker]))
      const sealed = keyring
        .sealer(exchange.plane, 'session')
        .seal(plain, contextOf(caller, exchange))
      return { ...held, id: sealed.toString('base64url') }
    },
    open(caller, exchange, id) {
      if (id.length > 4096 || !/^[A-Za-z0-9_-]+$/.test(id)) return undefined
      if (ended.has(id) && !caller.view.suspension(exchange.server)) return undefined
      const sealed = Buffer.from(id, 'base64url')
      // RFC 4648 §3.5: one session has one spelling, or an ended one would open by another.
      if (sealed.toString('base64url') !== id) return undefined
      const plain = keyring
        .sealer(exchange.plane, 'session')
        .open(sealed, contextOf(caller, exchange))
      if (!plain) return undefined
      const [revision, upstreamId, speaker] = JSON.parse(plain.toString()) as Sealed
      return isRevision(revision) && typeof upstreamId === 'string'
        ? { id, revision, upstreamId, ...(speaker && { speaker }) }
        : undefined
    },
  }
}
