import type { Bridges } from '#bridge/bridge.ts'
import { wrapUri } from '#domain/plane-uri.ts'
import type { Clock } from '#lib/clock.ts'
import { readJson } from '#lib/json.ts'
import { SUBSCRIPTION_ID_KEY } from '#mcp/envelope.ts'
import { errorBytes, INVALID_PARAMS, resultBytes } from '#mcp/messages.ts'
import { withTaskId } from '#mcp/tasks.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Outbound, Upstream, Upstreams } from '#upstream/upstream.ts'
import type { Ask, Caller, Exchange } from './exchange.ts'
import { answerLimits } from './forward.ts'
import type { ListChanges } from './list-changes.ts'
import { acknowledgement, type Filter, mostNamed, narrowed, readFilter } from './listen-filter.ts'
import type { Listing } from './lists.ts'
import { createNotices, listChanged, noticeBytes } from './notices.ts'
import { wrapMessage } from './plane-answer.ts'
import { faultBytes } from './refusal.ts'
import type { Reply } from './reply.ts'
import { needsPlane, needsServer, type Stand, type Standing, unpermitted } from './standing.ts'
import type { Intended, Subscribing, Subscription } from './subscribing.ts'
import { permit, subscription, type Target, taskTarget } from './target.ts'
import { lacksTasks, type TaskCalls, undeclaredTasks } from './task-call.ts'
import type { Tasks } from './tasks.ts'
import { type Followed, openUpdates, type Updates } from './updates.ts'

interface Asked {
  readonly exchange: Exchange
  readonly caller: Caller
  readonly ask: Ask
  readonly reply: Reply
  listing(view: CallerView): Listing
}

/**
 * `subscriptions/listen` (2026-07-28, basic/utilities/subscriptions): changes of lists are the gateway's
 * own to tell, at every endpoint and whatever its servers speak; updates of resources and of tasks come
 * from a stream of each server that has some of them. Acknowledged is what is told.
 */
export const createListen = (parts: {
  upstreams: Upstreams
  bridges: Pick<Bridges, 'spoken'>
  standing: Standing
  changes: ListChanges
  clock: Pick<Clock, 'after'>
  subscribing: Subscribing
  tasks: Tasks
  taskCalls: Pick<TaskCalls, 'carries'>
  now(): number
  /** The same request, as it goes to that server; undefined where there is no credential for it. */
  outbound(exchange: Exchange, caller: Caller, ask: Ask, server: string): Outbound | undefined
}) => {
  const { now } = parts

  const listensAt = ({ plane }: Exchange, server: string): Upstream | undefined => {
    const upstream = parts.upstreams.find(plane, server)
    return upstream && listenable(parts.bridges, upstream)
  }

  /** What is no task of the caller's is among them, to be left out with an entry of its own. */
  const tasksOf = ({ exchange, caller, ask }: Asked, ids: readonly string[]) => {
    if (!parts.taskCalls.carries(exchange, ask.era)) return []
    const { server = '' } = exchange
    return Promise.all(
      ids.map(async (written): Promise<Subscription> => {
        const bound = await parts.tasks.find({ exchange, caller, era: ask.era }, written)
        return { target: taskTarget(server, bound), at: bound?.at ?? written, written }
      }),
    )
  }

  /** What there is to be told of, by whoever may tell of it; what is hidden is among it, to be refused. */
  const wantedBy = async (asked: Asked, filter: Filter): Promise<readonly Subscription[]> => {
    const { exchange, caller } = asked
    const resources = filter.resources.map(({ server, uri, written }) => ({
      target: { ...subscription(server, uri), written },
      at: uri,
      written,
    }))
    // What no stream can tell of goes to no server, and is not acknowledged.
    const told = resources.filter(
      ({ target }) =>
        listensAt(exchange, target.server) !== undefined ||
        !permit(caller.view, target, now()).permitted,
    )
    return [...told, ...(await tasksOf(asked, filter.taskIds))]
  }

  const open = (
    asked: Asked,
    server: string,
    some: readonly Intended[],
    notices: Pick<Parameters<typeof openUpdates>[0], 'updated' | 'moved'>,
  ): Updates | undefined => {
    const { exchange, caller, ask } = asked
    const upstream = listensAt(exchange, server)
    const followed = followedAt(some)
    return (
      upstream &&
      openUpdates({
        upstream,
        clock: parts.clock,
        followed,
        outbound: () => parts.outbound(exchange, caller, narrowed(ask, followed), server),
        ...notices,
      })
    )
  }

  return async (asked: Asked): Promise<void> => {
    const { exchange, caller, ask, reply } = asked
    const filter = readFilter(exchange, ask)
    if ('problem' in filter) return reply.finish(errorBytes(ask.id, INVALID_PARAMS, filter.problem))
    if (filter.taskIds.length > 0 && lacksTasks(ask)) return undeclaredTasks(ask, reply)
    const wanted = await wantedBy(asked, filter)
    const intended = await parts.subscribing.admit(asked, wanted)
    if (!intended) return
    const { promise: ended, resolve: end } = Promise.withResolvers<Buffer | undefined>()
    const over: (() => void)[] = []
    const notices = createNotices(reply)
    const early: (() => void)[] = []
    let isAcknowledged = false
    const inTurn = (tell: () => void): void => {
      if (isAcknowledged) tell()
      else if (early.length < mostNamed) early.push(tell)
    }

    const updated = (server: string) => (uri: string, bytes: Uint8Array | undefined) => {
      // A server may speak of what lies below what was asked for, and of what this caller may not know.
      if (!permit(caller.view, subscription(server, uri), now()).permitted) return
      const written = exchange.server === undefined ? wrapUri(server, uri) : uri
      const own = bytes && exchange.server === undefined ? wrapMessage(server, bytes) : bytes
      const told = own ?? noticeBytes('notifications/resources/updated', { uri: written }, ask.id)
      inTurn(() => notices.tell(`updated ${written}`, told))
    }
    const moved = (task: string, bytes: Uint8Array): void => {
      const its = intended.find(({ target, at }) => target.task !== undefined && at === task)
      if (!its || !permit(caller.view, its.target, now()).permitted) return
      const told = withTaskId(readJson(bytes, answerLimits), its.written)
      inTurn(() => notices.tell(`task ${task}`, told))
    }

    reply.openEvents()
    reply.onGone(() => end(undefined))
    over.push(
      parts.standing.add({
        caller,
        reason: needs(
          exchange.server,
          intended.map(({ target }) => target),
        ),
        end: (code) => end(faultBytes(ask.id, code)),
      }),
      parts.changes.add({
        caller,
        kinds: filter.lists,
        listing: asked.listing,
        tell: (kind) => inTurn(() => notices.tell(kind, listChanged(kind, ask.id))),
        end: () => end(finalBytes(ask)),
      }),
    )
    const byServer = Map.groupBy(intended, ({ target }) => target.server)
    const streams = [...byServer].map(([server, some]) => {
      const stream = open(asked, server, some, { updated: updated(server), moved })
      if (stream) over.push(stream.close)
      return stream?.honoured.then((told) => some.filter((one) => isAmong(told, one)))
    })
    const honoured = Promise.all(streams).then((all) => all.flatMap((some) => some ?? []))
    const first = await Promise.race([honoured, ended])
    const told = Array.isArray(first) ? first : []
    const isRecorded = await parts.subscribing.conclude(intended, (one) => told.includes(one))
    if (!isRecorded) end(faultBytes(ask.id, 'unconfirmed'))
    else if (Array.isArray(first)) {
      reply.relay(acknowledgement(ask, filter.lists, followedAs(told)))
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

const sorted = (all: readonly Subscription[], name: (one: Subscription) => string): Followed => {
  const [tasks, resources] = [true, false].map((isTask) =>
    all.filter(({ target }) => (target.task !== undefined) === isTask).map(name),
  )
  return { resources: resources ?? [], tasks: tasks ?? [] }
}
/** As their server calls them, and as the caller does. */
const followedAt = (all: readonly Subscription[]): Followed => sorted(all, ({ at }) => at)
const followedAs = (all: readonly Subscription[]): Followed => sorted(all, ({ written }) => written)

const isAmong = ({ resources, tasks }: Followed, { target, at }: Subscription): boolean =>
  (target.task === undefined ? resources : tasks).includes(at)

/** A stream stands on its server, where it is of one, and on each thing that it tells of. */
const needs =
  (server: string | undefined, targets: readonly Target[]): Stand['reason'] =>
  (view, now) => {
    for (const target of targets) {
      const code = unpermitted(permit(view, target, now))
      if (code) return code
    }
    return server === undefined ? needsPlane(view, now) : needsServer(server)(view, now)
  }

const finalBytes = ({ id }: Ask): Buffer =>
  resultBytes(id, { resultType: 'complete', _meta: { [SUBSCRIPTION_ID_KEY]: id } })
