import type { Bridges } from '#bridge/bridge.ts'
import { unwrapUri, wrapUri } from '#domain/plane-uri.ts'
import type { Clock } from '#lib/clock.ts'
import { readJson, spanOf, splice } from '#lib/json.ts'
import { SUBSCRIPTION_ID_KEY } from '#mcp/envelope.ts'
import { errorBytes, INVALID_PARAMS, isObject, resultBytes } from '#mcp/messages.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Outbound, Upstream, Upstreams } from '#upstream/upstream.ts'
import type { Ask, Caller, Exchange } from './exchange.ts'
import { answerLimits } from './forward.ts'
import { type ListChanges, type ListKind, listKinds } from './list-changes.ts'
import type { Listing } from './lists.ts'
import { createNotices, listChanged, noticeBytes } from './notices.ts'
import { wrapMessage } from './plane-answer.ts'
import { faultBytes } from './refusal.ts'
import type { Reply } from './reply.ts'
import { needsPlane, needsServer, type Stand, type Standing, unpermitted } from './standing.ts'
import { permit, type Target } from './target.ts'
import { openUpdates, type Updates } from './updates.ts'

/** What one listener may name; each costs a decision, and a place in a server's own filter. */
const mostUris = 1000

interface Asked {
  readonly exchange: Exchange
  readonly caller: Caller
  readonly ask: Ask
  readonly reply: Reply
  listing(view: CallerView): Listing
}

/** A resource to be told of, at its server, and as the caller writes it. */
interface Subscribed {
  readonly server: string
  readonly uri: string
  readonly written: string
}

/**
 * `subscriptions/listen` (2026-07-28, basic/utilities/subscriptions): changes of lists are the gateway's
 * own to tell, at every endpoint and whatever its servers speak; updates of resources come from a
 * stream of each server that has some of them. Acknowledged is what is told.
 */
export const createListen = (parts: {
  upstreams: Upstreams
  bridges: Pick<Bridges, 'spoken'>
  standing: Standing
  changes: ListChanges
  clock: Pick<Clock, 'after'>
  now(): number
  /** The same request, as it goes to that server; undefined where there is no credential for it. */
  outbound(exchange: Exchange, caller: Caller, ask: Ask, server: string): Outbound | undefined
}) => {
  const { now } = parts

  const listensAt = ({ plane }: Exchange, server: string): Upstream | undefined => {
    const upstream = parts.upstreams.find(plane, server)
    return upstream && listenable(parts.bridges, upstream)
  }

  const open = (
    { exchange, caller, ask }: Asked,
    server: string,
    uris: readonly string[],
    updated: (server: string, uri: string, bytes: Uint8Array | undefined) => void,
  ): Updates | undefined => {
    const upstream = listensAt(exchange, server)
    const asked = upstream && narrowed(ask, uris)
    return asked
      ? openUpdates({
          upstream,
          clock: parts.clock,
          uris,
          outbound: () => parts.outbound(exchange, caller, asked, server),
          updated: (uri, bytes) => updated(server, uri, bytes),
        })
      : undefined
  }

  return async (asked: Asked): Promise<void> => {
    const { exchange, caller, ask, reply } = asked
    const wanted = readFilter(exchange, ask)
    if ('problem' in wanted) return reply.finish(errorBytes(ask.id, INVALID_PARAMS, wanted.problem))
    const hidden = wanted.resources.find((one) => !mayBeTold(caller.view, one, now()))
    if (hidden)
      return reply.finish(
        errorBytes(ask.id, INVALID_PARAMS, 'Resource not found', { uri: hidden.written }),
      )
    const { promise: ended, resolve: end } = Promise.withResolvers<Buffer | undefined>()
    const over: (() => void)[] = []
    const notices = createNotices(reply)
    const early: (() => void)[] = []
    let isAcknowledged = false
    const inTurn = (tell: () => void): void => {
      if (isAcknowledged) tell()
      else if (early.length < mostUris) early.push(tell)
    }

    const updated = (server: string, uri: string, bytes: Uint8Array | undefined): void => {
      const written = exchange.server === undefined ? wrapUri(server, uri) : uri
      // A server may speak of what lies below what was asked for, and of what this caller may not know.
      if (!mayBeTold(caller.view, { server, uri, written }, now())) return
      const own = bytes && exchange.server === undefined ? wrapMessage(server, bytes) : bytes
      const told = own ?? noticeBytes('notifications/resources/updated', { uri: written }, ask.id)
      inTurn(() => notices.tell(`updated ${written}`, told))
    }

    reply.openEvents()
    reply.onGone(() => end(undefined))
    over.push(
      parts.standing.add({
        caller,
        reason: needs(exchange.server, wanted.resources),
        end: (code) => end(faultBytes(ask.id, code)),
      }),
      parts.changes.add({
        caller,
        kinds: wanted.lists,
        listing: asked.listing,
        tell: (kind) => inTurn(() => notices.tell(kind, listChanged(kind, ask.id))),
        end: () => end(finalBytes(ask)),
      }),
    )
    const byServer = Map.groupBy(wanted.resources, ({ server }) => server)
    const streams = [...byServer].map(([server, some]) => {
      const stream = open(
        asked,
        server,
        some.map(({ uri }) => uri),
        updated,
      )
      if (stream) over.push(stream.close)
      return stream?.honoured.then((uris) => some.filter(({ uri }) => uris.includes(uri)))
    })
    const honoured = Promise.all(streams).then((all) => all.flatMap((some) => some ?? []))
    const first = await Promise.race([honoured, ended])
    if (Array.isArray(first)) {
      reply.relay(acknowledgement(ask, wanted.lists, first))
      isAcknowledged = true
      for (const tell of early.splice(0)) tell()
    }
    const final = await ended
    for (const one of over) one()
    reply.finish(final)
  }
}

/** A server that tells of its resources' changes to callers one by one; a child that they share does not. */
export const listenable = (
  bridges: Pick<Bridges, 'spoken'>,
  upstream: Upstream,
): Upstream | undefined => {
  const spoken = bridges.spoken(upstream, 'modern')
  return spoken && !spoken.shared ? spoken : undefined
}

const mayBeTold = (view: CallerView, about: Subscribed, now: number): boolean =>
  permit(view, subscription(about), now).permitted

const subscription = ({ server, uri, written }: Subscribed): Target => ({
  server,
  kind: 'resource',
  name: uri,
  written,
  args: undefined,
  use: 'other',
})

/** A stream stands on its server, where it is of one, and on each resource that it tells of. */
const needs =
  (server: string | undefined, resources: readonly Subscribed[]): Stand['reason'] =>
  (view, now) => {
    for (const one of resources) {
      const code = unpermitted(permit(view, subscription(one), now))
      if (code) return code
    }
    return server === undefined ? needsPlane(view, now) : needsServer(server)(view, now)
  }

type Filter =
  | { readonly lists: ReadonlySet<ListKind>; readonly resources: readonly Subscribed[] }
  | { readonly problem: string }

const readFilter = ({ server }: Exchange, { params }: Ask): Filter => {
  const { notifications } = params
  if (!isObject(notifications)) return { problem: 'notifications must say what is listened for' }
  const lists = new Set(listKinds.filter((kind) => notifications[`${kind}ListChanged`] === true))
  const { resourceSubscriptions: uris = [] } = notifications
  if (!Array.isArray(uris) || uris.some((uri) => typeof uri !== 'string'))
    return { problem: 'resourceSubscriptions must be a list of URIs' }
  if (uris.length > mostUris)
    return { problem: `resourceSubscriptions must name at most ${mostUris} resources` }
  const resources = [...new Set<string>(uris)].map((written): Subscribed => {
    if (server !== undefined) return { server, uri: written, written }
    const { server: its = '', uri = written } = unwrapUri(written) ?? {}
    return { server: its, uri, written }
  })
  return { lists, resources }
}

/** The caller's own request, of these resources alone: its id is then what the server's notices carry. */
const narrowed = (ask: Ask, uris: readonly string[]): Ask | undefined => {
  const span = spanOf(ask.doc, 'params', 'notifications')
  if (!span) return undefined
  const text = JSON.stringify({ resourceSubscriptions: uris })
  return { ...ask, doc: readJson(splice(ask.doc.bytes, [{ span, text }]), answerLimits) }
}

const acknowledgement = (
  { id }: Ask,
  lists: ReadonlySet<ListKind>,
  resources: readonly Subscribed[],
): Buffer => {
  const flags = [...lists].map((kind) => [`${kind}ListChanged`, true] as const)
  const uris = resources.map(({ written }) => written)
  const notifications = {
    ...Object.fromEntries(flags),
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
  }
  return noticeBytes('notifications/subscriptions/acknowledged', { notifications }, id)
}

const finalBytes = ({ id }: Ask): Buffer =>
  resultBytes(id, { resultType: 'complete', _meta: { [SUBSCRIPTION_ID_KEY]: id } })
