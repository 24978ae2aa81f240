import type { Clock } from '#lib/clock.ts'
import { isObject } from '#mcp/messages.ts'
import type { Outbound, Upstream } from '#upstream/upstream.ts'
import { holdStream } from './held.ts'

/** Some resources and some tasks of one server, as that calls them. */
export interface Followed {
  readonly resources: readonly string[]
  readonly tasks: readonly string[]
}

/** A server's own stream of updates of them, held open for one caller. */
export interface Updates {
  /** Resolves when the server has said which of them it tells of, or when it will not: then with none. */
  readonly honoured: Promise<Followed>
  close(): void
}

/** So long is waited for a server to say it: one that is dead keeps nobody from the others. */
const patienceMs = 5000
export const nothing: Followed = { resources: [], tasks: [] }

/**
 * Where the server ends a stream that it had begun, another is opened; what happened between them is
 * not known, so then every resource may have been updated. A task is asked for by whoever wants to know.
 */
export const openUpdates = (about: {
  upstream: Upstream
  clock: Pick<Clock, 'after'>
  followed: Followed
  /** Undefined where the server may not be asked any more: there is no credential. */
  outbound(): Outbound | undefined
  /** `bytes`: the server's own notice; none where the gateway supposes it. */
  updated(uri: string, bytes: Uint8Array | undefined): void
  /** A task's status is another. */
  moved(task: string, bytes: Uint8Array): void
}): Updates => {
  const { promise: honoured, resolve } = Promise.withResolvers<Followed>()
  let told: Followed | undefined

  const settle = (some: Followed): void => {
    if (told !== undefined) return
    told = some
    resolve(some)
  }
  const acknowledged = (params: unknown): void => {
    const { notifications } = isObject(params) ? params : {}
    const said = isObject(notifications) ? notifications : {}
    if (told === undefined)
      settle({
        resources: among(about.followed.resources, said.resourceSubscriptions),
        tasks: among(about.followed.tasks, said.taskIds),
      })
    else for (const uri of told.resources) about.updated(uri, undefined)
  }

  const cancelPatience = about.clock.after(patienceMs, () => settle(nothing))
  const stream = holdStream({
    ...about,
    hear({ method, params }, bytes) {
      if (method === 'notifications/subscriptions/acknowledged') acknowledged(params)
      const { uri, taskId } = params ?? {}
      if (method === 'notifications/resources/updated' && typeof uri === 'string')
        about.updated(uri, bytes)
      if (method === 'notifications/tasks' && typeof taskId === 'string') about.moved(taskId, bytes)
    },
    ended() {
      settle(nothing)
      return told !== undefined && !isNothing(told)
    },
  })
  const close = (): void => {
    cancelPatience()
    stream.close()
  }
  void honoured.then((some) => {
    cancelPatience()
    if (isNothing(some)) close()
  })
  return { honoured, close }
}

const isNothing = ({ resources, tasks }: Followed): boolean =>
  resources.length === 0 && tasks.length === 0

/** Nothing is taken from a server but what it was asked for. */
const among = (asked: readonly string[], said: unknown): readonly string[] => {
  const all = new Set(asked)
  return Array.isArray(said) ? said.map(String).filter((one) => all.has(one)) : []
}
