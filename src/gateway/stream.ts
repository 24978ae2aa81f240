import { Fault } from '#lib/fault.ts'
import { type JsonDocument, readJson } from '#lib/json.ts'
import type { Log } from '#lib/log.ts'
import {
  type Message,
  type NotificationMessage,
  type RequestMessage,
  readMessage,
} from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Outbound, Upstream, Exchange as UpstreamExchange } from '#upstream/upstream.ts'
import type { Detached } from './detached.ts'
import type { Caller, Exchange, Session } from './exchange.ts'
import { answerLimits } from './forward.ts'
import { type ListChanges, type ListKind, listKinds } from './list-changes.ts'
import type { Listing } from './lists.ts'
import type { Looks } from './look.ts'
import { createNotices, isOfLists, listChanged, type Notices } from './notices.ts'
import { createReply, type EventMarks, type Reply } from './reply.ts'
import { needsPlane, needsServer, type Standing } from './standing.ts'

/** Of what a caller has not taken yet, bytes: then its server is asked to wait. */
const mostWaiting = 256 * 1024

/**
 * A session's own stream, and a resumed one (2025-11-25, transports §Listening, §Resumability): events
 * are relayed as they come, but for what is no message of the session's revision, and what tells of a
 * resource that its caller may not read any more. A final message
 * that ends a call here waits for that call's outcome.
 */
export const relayStream = (
  about: Listening & {
    upstream: Upstream
    outbound: Outbound
    detached: Detached
    looks: Pick<Looks, 'notice'>
    log: Log
    /** Whether the caller may be told of that resource now. */
    mayRead(uri: string): boolean
    /** What the server asks: whether the caller is asked it; else its server has been told. Never rejects. */
    isAsked(message: RequestMessage): Promise<boolean>
    told: Told
  },
): Promise<void> =>
  new Promise<void>((resolve, reject) => {
    const { exchange, caller, session, upstream, log } = about
    const reply = createReply(exchange.response)
    let stream: UpstreamExchange | undefined
    const over = about.standing.add({
      caller,
      reason: needsServer(upstream.server),
      end(code) {
        stream?.cancel(`${code} by the gateway`)
        if (exchange.response.headersSent) reply.finish(undefined)
        settle(exchange.response.headersSent ? undefined : new Fault(code))
      },
    })
    const quiet = tellLists(about, reply, () => {
      stream?.cancel('the gateway stops')
      reply.finish(undefined)
      settle()
    })
    let isOver = false
    let hasOwn = false
    const settle = (fault?: Fault): void => {
      isOver = true
      goOn()
      over()
      quiet()
      if (fault) reject(fault)
      else resolve()
    }
    // Messages leave in the order they came, also where one of them waits for its outcome.
    let line = Promise.resolve()
    /** Of those that have not left, bytes. */
    let waiting = 0
    let goOn = () => {}
    reply.onDrain(() => goOn())
    const drained = (): Promise<void> =>
      new Promise((resolve) => {
        goOn = resolve
      })

    const relay = async (bytes: Uint8Array, event: EventMarks | undefined) => {
      const told = isOver || bytes.length === 0 ? bytes : await asTold(bytes, event)
      if (isOver || !told) return
      if (!reply.relay(told, event) && !isOver) await drained()
    }

    const isPassed = (method: string): boolean => {
      // A reason to ask it; what callers are told of their lists is what then stands in the registry.
      if (isOfLists(method)) about.looks.notice(exchange.plane, upstream.server)
      return !isOfLists(method) && findMethod('server', session.revision, method) !== undefined
    }

    const isNoticePassed = ({ method, params }: NotificationMessage): boolean =>
      method === 'notifications/resources/updated'
        ? about.mayRead(String(params?.uri))
        : isPassed(method)

    /** Nothing behind it waits until it is found out which call it is about. */
    const ask = async (
      bytes: Uint8Array,
      event: EventMarks | undefined,
      message: RequestMessage,
    ): Promise<void> => {
      const isAsked = !isOver && (await about.isAsked(message))
      if (isAsked && !isOver) reply.relay(bytes, event)
    }

    const asTold = async (
      bytes: Uint8Array,
      event: EventMarks | undefined,
    ): Promise<Uint8Array | undefined> => {
      const doc = readJson(bytes, answerLimits)
      const message = readMessage(doc)
      if (message.kind === 'invalid') return undefined
      if (message.kind === 'notification' && !isNoticePassed(message)) return undefined
      if (message.kind === 'request') {
        const told = await about.told(bytes, doc, message)
        if (told) void ask(told, event, message)
        return undefined
      }
      if (message.kind === 'notification') return about.told(bytes, doc, message)
      const { plane } = exchange
      const mayPass =
        message.id === undefined || (await about.detached.end(plane, session, message.id, bytes))
      return mayPass ? bytes : undefined
    }

    reply.onGone(() => {
      stream?.cancel('the caller closed its stream')
      settle()
    })
    stream = upstream.send(about.outbound, {
      head(head) {
        if (head.kind === 'events') return reply.openEvents()
        // It has no stream, and its lists change all the same.
        hasOwn = head.status === 405
        if (hasOwn) return reply.openEvents()
        reply.finish(undefined, { status: head.status >= 400 ? head.status : 405 })
        settle()
      },
      message(bytes, event) {
        waiting += bytes.length
        line = line
          .then(() => relay(bytes, event))
          .catch(() =>
            log.warn('dropped', {
              what: 'an event that could not be relayed',
              server: upstream.server,
            }),
          )
          .then(() => {
            waiting -= bytes.length
            if (waiting === 0) stream?.resume()
          })
        return waiting < mostWaiting
      },
      end() {
        if (hasOwn) return
        void line.then(() => {
          reply.finish(undefined)
          settle()
        })
      },
      fail(code) {
        if (!exchange.response.headersSent) return settle(new Fault(code))
        exchange.response.destroy()
        settle()
      },
    })
  })

/** A message as its caller is told it; undefined for what is not told. */
export type Told = (
  bytes: Uint8Array,
  doc: JsonDocument,
  message: Message,
) => Promise<Uint8Array | undefined>

/** Somebody who listens in a session. */
interface Listening {
  readonly exchange: Exchange
  readonly caller: Caller
  readonly session: Session
  readonly standing: Standing
  readonly changes: ListChanges
  listing(view: CallerView): Listing
}

/** The stream of a session whose server has none for it: how lists change is all that is told. */
export const tellSession = (
  about: Listening & {
    /** What is told besides; the answer ends it. */
    also?: (notices: Notices) => () => void
  },
): Promise<void> =>
  new Promise((resolve) => {
    const { exchange, caller } = about
    const reply = createReply(exchange.response)
    const over: (() => void)[] = []
    const end = () => {
      reply.finish(undefined)
      settle()
    }
    const settle = () => {
      for (const one of over) one()
      resolve()
    }
    reply.openEvents()
    reply.onGone(settle)
    const { server } = exchange
    const reason = server === undefined ? needsPlane : needsServer(server)
    over.push(about.standing.add({ caller, reason, end }), tellLists(about, reply, end))
    if (about.also) over.push(about.also(createNotices(reply)))
  })

const tellLists = (
  { caller, changes, listing }: Listening,
  reply: Reply,
  end: () => void,
): (() => void) => {
  const notices = createNotices(reply)
  const tell = (kind: ListKind) => notices.tell(kind, listChanged(kind))
  return changes.add({ caller, kinds: new Set(listKinds), listing, tell, end })
}
