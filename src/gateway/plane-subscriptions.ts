import type { Bridges } from '#bridge/bridge.ts'
import type { PlaneId } from '#domain/name.ts'
import { unwrapUri, type Wrapped } from '#domain/plane-uri.ts'
import type { Clock } from '#lib/clock.ts'
import { errorBytes, INVALID_PARAMS, resultBytes } from '#mcp/messages.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Upstreams } from '#upstream/upstream.ts'
import { type Ask, type Caller, callerKey, type Exchange, type Session } from './exchange.ts'
import type { Answer } from './forward.ts'
import { inNameOf, type Lend } from './lend.ts'
import { listenable } from './listen.ts'
import { type Notices, noticeBytes } from './notices.ts'
import { listening } from './server-notices.ts'
import type { SessionNotes } from './session-notes.ts'
import { type Standing, unpermitted } from './standing.ts'
import { permit, subscription } from './target.ts'
import { openUpdates } from './updates.ts'

/**
 * Resources that a legacy session of the plane's endpoint subscribed to. The session is the gateway's, so
 * what it wants to hear of is kept with it, as it writes it; while its stream is open each server that has
 * some of them is listened to, and what that tells is told under the URI of the endpoint.
 */
export const isSubscription = ({ method }: Pick<Ask, 'method'>): boolean =>
  method === 'resources/subscribe' || method === 'resources/unsubscribe'

/** The answer to one that was permitted. */
export const keepSubscription = async (
  notes: Pick<SessionNotes, 'subscribe' | 'unsubscribe'>,
  { plane }: Exchange,
  { id, method, session }: Ask,
  written: string,
): Promise<Answer> => {
  const rest = { event: undefined, detached: false, httpStatus: 200, sessionId: undefined }
  const isBegun = method === 'resources/subscribe'
  const problem = session && isBegun ? await notes.subscribe(plane, session, written) : undefined
  if (session && !isBegun) await notes.unsubscribe(plane, session, written)
  if (!problem) return { ...rest, status: 'complete', code: '', final: resultBytes(id, {}) }
  const final = errorBytes(id, INVALID_PARAMS, problem.problem)
  return { ...rest, status: 'protocol error', code: String(INVALID_PARAMS), final }
}

export interface FollowParts {
  readonly version: string
  readonly limits: { readonly firstAnswerTimeoutMs: number }
  readonly upstreams: Pick<Upstreams, 'find'>
  readonly bridges: Pick<Bridges, 'spoken'>
  readonly clock: Pick<Clock, 'after'>
  readonly notes: Pick<SessionNotes, 'subscriptions' | 'onChange'>
  readonly standing: Pick<Standing, 'add'>
  readonly loan: Lend
  snapshot(plane: PlaneId): PlaneSnapshot
  now(): number
}

/** Tells that session's updates until the answer is called. */
export const followSubscriptions = (
  parts: FollowParts,
  about: { exchange: Exchange; caller: Caller; session: Session; notices: Notices },
): (() => void) => {
  const { plane } = about.exchange
  const { caller, session } = about
  const open = new Map<string, { readonly uris: string; close(): void }>()
  let isOver = false

  const mayRead = (view: CallerView | undefined, { server, uri }: Wrapped): boolean =>
    view !== undefined && permit(view, subscription(server, uri), parts.now()).permitted
  const viewNow = () => parts.snapshot(plane).caller(caller.view.who)

  const begin = (server: string, uris: readonly string[]): void => {
    const found = parts.upstreams.find(plane, server)
    const upstream = found && listenable(parts.bridges, found)
    if (!upstream) return
    const updates = openUpdates({
      upstream,
      clock: parts.clock,
      followed: { resources: uris, tasks: [] },
      outbound() {
        const loan = parts.loan(plane, server)
        if (loan === 'missing') return undefined
        const lent = inNameOf(loan, caller)
        const filter = { resourceSubscriptions: uris }
        const sent = listening(parts, filter, lent)
        const its = callerKey(caller.view)
        return {
          ...sent,
          caller: its,
          behalf: { caller: its, era: 'legacy', loan: lent, outlive: () => () => {} },
        }
      },
      updated(uri) {
        if (!mayRead(viewNow(), { server, uri })) return
        const written = keyOf.get(`${server} ${uri}`) ?? ''
        const told = noticeBytes('notifications/resources/updated', { uri: written })
        if (written !== '') about.notices.tell(`updated ${written}`, told)
      },
      moved() {},
    })
    const stop = parts.standing.add({
      caller,
      reason: (view, now) =>
        uris.map((uri) => unpermitted(permit(view, subscription(server, uri), now))).find(Boolean),
      end: () => void renew(),
    })
    const close = (): void => {
      stop()
      updates.close()
    }
    open.set(server, { uris: uris.join('\n'), close })
  }

  /** As the session writes it, by its server and what that calls it. */
  const keyOf = new Map<string, string>()
  const renew = async (): Promise<void> => {
    if (isOver) return
    const view = viewNow()
    keyOf.clear()
    const wanted = parts.notes.subscriptions(plane, session).flatMap((written) => {
      const named = unwrapUri(written)
      if (!named || !mayRead(view, named)) return []
      keyOf.set(`${named.server} ${named.uri}`, written)
      return [named]
    })
    const byServer = Map.groupBy(wanted, ({ server }) => server)
    for (const [server, { uris, close }] of open) {
      if (uris === textOf(byServer.get(server))) continue
      close()
      open.delete(server)
    }
    for (const [server, some] of byServer)
      if (!open.has(server)) begin(server, textOf(some).split('\n'))
  }

  const quiet = parts.notes.onChange(session, renew)
  void renew()
  return () => {
    isOver = true
    quiet()
    for (const { close } of open.values()) close()
  }
}

/** A URI holds no line feed that a server could read as part of it. */
const textOf = (some: readonly Wrapped[] = []): string =>
  some
    .map(({ uri }) => uri)
    .sort()
    .join('\n')
