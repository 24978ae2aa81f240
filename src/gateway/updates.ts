import type { Clock } from '#lib/clock.ts'
import { isObject } from '#mcp/messages.ts'
import type { Outbound, Upstream } from '#upstream/upstream.ts'
import { holdStream } from './held.ts'

/** A server's own stream of updates of some resources, held open for one caller. */
export interface Updates {
  /** Resolves when the server has said which of them it tells of, or when it will not: then with none. */
  readonly honoured: Promise<readonly string[]>
  close(): void
}

/** So long is waited for a server to say it: one that is dead keeps nobody from the others. */
const patienceMs = 5000

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
  const asked = new Set(about.uris)
  const { promise: honoured, resolve } = Promise.withResolvers<readonly string[]>()
  let told: readonly string[] | undefined

  const settle = (some: readonly string[]): void => {
    if (told !== undefined) return
    told = some
    resolve(some)
  }
  const acknowledged = (params: unknown): void => {
    const { notifications } = isObject(params) ? params : {}
    const list = isObject(notifications) ? notifications.resourceSubscriptions : undefined
    const some = Array.isArray(list) ? list.map(String).filter((uri) => asked.has(uri)) : []
    if (told === undefined) settle(some)
    else for (const uri of told) about.updated(uri, undefined)
  }

  const cancelPatience = about.clock.after(patienceMs, () => settle([]))
  const stream = holdStream({
    ...about,
    hear({ method, params }, bytes) {
      if (method === 'notifications/subscriptions/acknowledged') acknowledged(params)
      const uri = params?.uri
      if (method === 'notifications/resources/updated' && typeof uri === 'string')
        about.updated(uri, bytes)
    },
    ended() {
      settle([])
      return told !== undefined && told.length > 0
    },
  })
  const close = (): void => {
    cancelPatience()
    stream.close()
  }
  void honoured.then((some) => {
    cancelPatience()
    if (some.length === 0) close()
  })
  return { honoured, close }
}
