import type { Clock } from '#lib/clock.ts'
import { readJson } from '#lib/json.ts'
import { isObject, readMessage } from '#mcp/messages.ts'
import type { Outbound, Upstream, Exchange as UpstreamExchange } from '#upstream/upstream.ts'
import { answerLimits } from './forward.ts'

/** A server's own stream of updates of some resources, held open for one caller. */
export interface Updates {
  /** Resolves when the server has said which of them it tells of, or when it will not: then with none. */
  readonly honoured: Promise<readonly string[]>
  close(): void
}

/** So long is waited for a server to say it: one that is dead keeps nobody from the others. */
const patienceMs = 5000
const firstRetryMs = 1000
const longestRetryMs = 60_000

/**
 * Where the server ends a stream that it had begun, another is opened; what happened between them is
 * not known, so then every resource may have been updated.
 */
export const openUpdates = (about: {
  upstream: Upstream
  clock: Pick<Clock, 'after'>
  uris: readonly string[]
  /** Undefined where the server may not be asked any more: there is no credential. */
  outbound(): Outbound | undefined
  /** `bytes`: the server's own notice; none where the gateway supposes it. */
  updated(uri: string, bytes: Uint8Array | undefined): void
}): Updates => {
  const { upstream, clock, uris } = about
  const asked = new Set(uris)
  const { promise: honoured, resolve } = Promise.withResolvers<readonly string[]>()
  let stream: UpstreamExchange | undefined
  let told: readonly string[] | undefined
  let retryMs = firstRetryMs
  let isClosed = false
  let cancelRetry = () => {}
  const cancelPatience = clock.after(patienceMs, () => settle([]))

  const settle = (some: readonly string[]): void => {
    if (told === undefined) {
      told = some
      cancelPatience()
      resolve(some)
      if (some.length === 0) close()
    }
  }
  const close = (): void => {
    isClosed = true
    cancelRetry()
    cancelPatience()
    stream?.cancel('the caller closed its stream')
  }

  const acknowledged = (params: unknown): void => {
    const { notifications } = isObject(params) ? params : {}
    const list = isObject(notifications) ? notifications.resourceSubscriptions : undefined
    const some = Array.isArray(list) ? list.filter((uri) => asked.has(String(uri))).map(String) : []
    retryMs = firstRetryMs
    if (told === undefined) settle(some)
    else for (const uri of told) about.updated(uri, undefined)
  }

  const hear = (bytes: Uint8Array): void => {
    const message = messageIn(bytes)
    if (isClosed || message?.kind !== 'notification') return
    if (message.method === 'notifications/subscriptions/acknowledged') acknowledged(message.params)
    const uri = message.params?.uri
    if (message.method === 'notifications/resources/updated' && typeof uri === 'string')
      about.updated(uri, bytes)
  }

  const over = (): void => {
    stream = undefined
    if (told === undefined) settle([])
    if (isClosed) return
    cancelRetry = clock.after(retryMs, open)
    retryMs = Math.min(retryMs * 2, longestRetryMs)
  }

  const open = (): void => {
    const outbound = about.outbound()
    if (!outbound) {
      settle([])
      return
    }
    stream = upstream.send(outbound, {
      head() {},
      message(bytes) {
        if (bytes.length > 0) hear(bytes)
        return true
      },
      end: over,
      fail: over,
    })
  }
  open()
  return { honoured, close }
}

const messageIn = (bytes: Uint8Array) => {
  try {
    return readMessage(readJson(bytes, answerLimits))
  } catch {
    return undefined
  }
}
