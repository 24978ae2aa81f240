import type { Loan } from '#domain/loan.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'
import { LEGACY_HTTP_REVISIONS, type Revision } from '#mcp/revisions.ts'
import { type Ask, createAsk } from '#upstream/ask.ts'
import { initializeParams, initializeResult } from '#upstream/greet.ts'
import { sessionHeaders } from '#upstream/http-probe.ts'
import type { Outbound, Upstream } from '#upstream/upstream.ts'
import type { Askable } from './capabilities.ts'

/** For whom a session is: nobody else's requests go out in it, and none that can be asked other things. */
export interface SessionFor {
  readonly caller: string
  readonly loan: Loan | undefined
  readonly askable: Askable
  /** No head of an answer within this time ends in upstream_timeout. */
  readonly timeoutMs: number
}

/** A session of 2025-11-25 or earlier that is open at a server. */
export interface LegacySession {
  readonly for: SessionFor
  /** Undefined where the server gave none: then it remembers nothing between requests. */
  readonly id: string | undefined
  readonly revision: Revision
  readonly capabilities: JsonObject
  /** What the server said of itself, as JSON text. */
  readonly serverInfo: string | undefined
  /** The most verbose level that was asked for. */
  level: string | undefined
}

export interface SessionLimits {
  /** At one server. */
  readonly sessions: number
  /** Without a request for so long it is ended. */
  readonly sessionIdleMs: number
}

/**
 * The sessions at one legacy server in which requests of modern callers go out: one for each caller,
 * credential and set of what can be asked of the client, since in that era these belong to a session.
 */
export interface LegacySessions {
  /** Opened where there is none; in use until it is left. Rejects with the Fault of the opening. */
  enter(who: SessionFor): Promise<LegacySession>
  leave(session: LegacySession): void
  /** The server does not know it any more. */
  forget(session: LegacySession): void
  /** A question of ours in it. */
  readonly ask: Ask
  readonly size: number
  /** Ends all of them, at the server too. */
  close(): Promise<void>
}

interface Open {
  readonly session: Promise<LegacySession>
  users: number
  stopTimer(): void
}

export const createLegacySessions = (parts: {
  upstream: Upstream
  about: { name: string; version: string }
  clock: Clock
  limits: SessionLimits
}): LegacySessions => {
  const { upstream, clock, limits } = parts
  const say = (what: string) => `${upstream.server} ${what}`
  const ask = createAsk(upstream.send, say)
  // In the order of use: the first has been unused for the longest time.
  const sessions = new Map<string, Open>()
  let isClosed = false

  const open = async (who: SessionFor): Promise<LegacySession> => {
    const about = { era: 'legacy', loan: who.loan, timeoutMs: who.timeoutMs } as const
    const params = { ...initializeParams(parts.about), capabilities: who.askable.declared }
    const answer = await ask({ ...about, method: 'initialize', params, headers: [] })
    const opened = initializeResult(answer, LEGACY_HTTP_REVISIONS)
    if (!opened) throw new Fault('upstream_broken', { detail: say('opened no session') })
    const { revision, result } = opened
    const session: LegacySession = {
      for: who,
      id: answer.sessionId,
      revision,
      capabilities: isObject(result.capabilities) ? result.capabilities : {},
      serverInfo: isObject(result.serverInfo) ? JSON.stringify(result.serverInfo) : undefined,
      level: undefined,
    }
    const method = 'notifications/initialized'
    const headers = headersOf(session)
    await ask({ ...about, method, params: {}, isNotification: true, headers })
    return session
  }

  const end = async (session: LegacySession): Promise<void> => {
    if (session.id === undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const sink = { head() {}, message: () => true, end: () => resolve(), fail: () => resolve() }
    upstream.send(deletionOf(session), sink)
    await promise
  }
  const drop = (key: string): Promise<void> => {
    const known = sessions.get(key)
    sessions.delete(key)
    known?.stopTimer()
    return known ? known.session.then(end, () => {}) : Promise.resolve()
  }

  /** The longest unused gives way; where all are in use there is no room. */
  const makeRoom = (): void => {
    if (sessions.size < limits.sessions) return
    const idle = [...sessions].find(([, { users }]) => users === 0)
    const detail = say(`has ${limits.sessions} sessions of ours in use`)
    if (!idle) throw new Fault('upstream_unreachable', { detail })
    void drop(idle[0])
  }
  const take = (key: string, who: SessionFor): Open => {
    const known = sessions.get(key)
    if (known) return known
    makeRoom()
    const opened: Open = { session: open(who), users: 0, stopTimer() {} }
    opened.session.catch(() => {
      if (sessions.get(key) === opened) sessions.delete(key)
    })
    return opened
  }

  return {
    async enter(who) {
      if (isClosed) throw new Fault('upstream_unreachable', { detail: say('is being left') })
      const key = keyOf(who)
      const one = take(key, who)
      sessions.delete(key)
      sessions.set(key, one)
      one.stopTimer()
      one.users++
      return one.session
    },
    leave(session) {
      const key = keyOf(session.for)
      const known = sessions.get(key)
      void known?.session.then((one) => {
        if (one !== session || sessions.get(key) !== known || --known.users > 0) return
        known.stopTimer = clock.after(limits.sessionIdleMs, () => void drop(key))
      })
    },
    forget(session) {
      const key = keyOf(session.for)
      const known = sessions.get(key)
      void known?.session.then((one) => {
        if (one === session && sessions.get(key) === known) sessions.delete(key)
      })
    },
    ask,
    get size() {
      return sessions.size
    },
    async close() {
      isClosed = true
      await Promise.all([...sessions.keys()].map(drop))
    },
  }
}

/** What a message in the session carries. */
export const headersOf = ({ id, revision }: LegacySession): string[] =>
  sessionHeaders({ id, revision })

const keyOf = ({ caller, loan, askable }: SessionFor): string =>
  JSON.stringify([caller, loan?.credential ?? '', loan?.version ?? 0, askable.text])

const deletionOf = (session: LegacySession): Outbound => ({
  httpMethod: 'DELETE',
  era: 'legacy',
  body: new Uint8Array(),
  id: undefined,
  method: '',
  headers: headersOf(session),
  loan: session.for.loan,
  timeoutMs: 2000,
  endMs: 2000,
})
