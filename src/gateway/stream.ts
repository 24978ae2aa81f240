import { Fault } from '#lib/fault.ts'
import { readJson } from '#lib/json.ts'
import type { Log } from '#lib/log.ts'
import { readMessage } from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import type { Outbound, Upstream, Exchange as UpstreamExchange } from '#upstream/upstream.ts'
import type { Recorder } from './call.ts'
import type { Detached } from './detached.ts'
import type { Caller, Exchange, Session } from './exchange.ts'
import { answerLimits, classify } from './forward.ts'
import { createReply } from './reply.ts'
import { needsServer, type Standing } from './standing.ts'

/**
 * A session's own stream, and a resumed one (2025-11-25, transports §Listening, §Resumability): events
 * are relayed as they come, but for what is no message of the session's revision, and what tells of a
 * resource that its caller may not read any more. A final message
 * that ends a call here waits for that call's outcome.
 */
export const relayStream = (about: {
  exchange: Exchange
  caller: Caller
  session: Session
  upstream: Upstream
  outbound: Outbound
  detached: Detached
  standing: Standing
  record: Recorder
  log: Log
  /** Whether the caller may be told of that resource now. */
  mayRead(uri: string): boolean
  now(): number
}): Promise<void> =>
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
    let isOver = false
    const settle = (fault?: Fault): void => {
      isOver = true
      over()
      if (fault) reject(fault)
      else resolve()
    }
    // Messages leave in the order they came, also where one of them waits for its outcome.
    let line = Promise.resolve()

    const relay = async (bytes: Uint8Array, event: Parameters<typeof reply.relay>[1]) => {
      if (isOver || (bytes.length > 0 && !(await mayPass(bytes))) || isOver) return
      if (!reply.relay(bytes, event)) await drained(reply)
    }

    const mayPass = async (bytes: Uint8Array): Promise<boolean> => {
      const message = readMessage(readJson(bytes, answerLimits))
      if (message.kind === 'invalid') return false
      if (message.kind === 'notification' && message.method === 'notifications/resources/updated')
        return about.mayRead(String(message.params?.uri))
      if (message.kind === 'request' || message.kind === 'notification')
        return findMethod('server', session.revision, message.method) !== undefined
      const open = message.id === undefined ? undefined : about.detached.take(session, message.id)
      if (open) {
        const answer = { ...classify(message), final: bytes }
        await about.record.conclude({ ...open, answer, now: about.now() })
      }
      return true
    }

    reply.onGone(() => {
      stream?.cancel('the caller closed its stream')
      settle()
    })
    stream = upstream.send(about.outbound, {
      head(head) {
        if (head.kind === 'events') return reply.openEvents()
        reply.finish(undefined, { status: head.status >= 400 ? head.status : 405 })
        settle()
      },
      message(bytes, event) {
        line = line
          .then(() => relay(bytes, event))
          .catch(() =>
            log.warn('dropped', {
              what: 'an event that could not be relayed',
              server: upstream.server,
            }),
          )
        return true
      },
      end() {
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

const drained = (reply: ReturnType<typeof createReply>): Promise<void> =>
  new Promise((resolve) => {
    reply.onDrain(resolve)
    reply.onGone(resolve)
  })
