import { readJson } from '#lib/json.ts'
import { errorBytes, INVALID_PARAMS, isObject, resultBytes } from '#mcp/messages.ts'
import type { Subscriptions } from '#upstream/carried.ts'
import type { Exchange, Outbound, Sink, Upstream } from '#upstream/upstream.ts'
import { answer, idOf, unknown } from './answered.ts'
import { answerLimits } from './exchange.ts'
import { declares } from './greeting.ts'

/**
 * `resources/subscribe` and its opposite: the modern era has one request that listens to all of them,
 * which stands while the session has its stream (`listen`).
 */
export const subscribe = (server: Upstream, message: Outbound, sink: Sink): Exchange => {
  const { carried, body, method, id } = message
  const subscriptions = carried?.subscriptions
  if (!subscriptions || !declares(server, 'resources', 'subscribe')) return unknown(message, sink)
  const { params } = (carried.doc ?? readJson(body, answerLimits)).value as { params?: unknown }
  const uri = isObject(params) ? String(params.uri) : ''
  let isCancelled = false
  keep(subscriptions, method, uri).then(
    (problem) => {
      if (isCancelled) return
      const refused = problem && errorBytes(idOf(id), INVALID_PARAMS, problem.problem)
      answer(sink, refused ?? resultBytes(idOf(id), {}))
    },
    (cause) => isCancelled || sink.fail('upstream_broken', 'its subscription was not kept', cause),
  )
  return {
    cancel() {
      isCancelled = true
    },
    resume() {},
  }
}

const keep = async (subscriptions: Subscriptions, method: string, uri: string) =>
  method === 'resources/subscribe' ? subscriptions.add(uri) : subscriptions.remove(uri)
