import { unwrapUri } from '#domain/plane-uri.ts'
import { readJson, spanOf, splice } from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'
import type { Ask, Exchange } from './exchange.ts'
import { answerLimits } from './forward.ts'
import { type ListKind, listKinds } from './list-changes.ts'
import { noticeBytes } from './notices.ts'
import type { Followed } from './updates.ts'

/** What one listener may name; each costs a decision and two entries, and a place in a server's own filter. */
export const mostNamed = 1000

/** A resource to be told of, at its server, and as the caller writes it. */
export interface NamedResource {
  readonly server: string
  readonly uri: string
  readonly written: string
}

/** What a caller of `subscriptions/listen` wants to hear of. */
export interface Filter {
  readonly lists: ReadonlySet<ListKind>
  readonly resources: readonly NamedResource[]
  /** Ids of tasks, as the caller knows them (ext-tasks §Task Status Notifications). */
  readonly taskIds: readonly string[]
}

export const readFilter = (
  { server }: Exchange,
  { params }: Ask,
): Filter | { readonly problem: string } => {
  const { notifications } = params
  if (!isObject(notifications)) return { problem: 'notifications must say what is listened for' }
  const lists = new Set(listKinds.filter((kind) => notifications[`${kind}ListChanged`] === true))
  const { resourceSubscriptions: uris = [], taskIds = [] } = notifications
  if (!isTexts(uris)) return { problem: 'resourceSubscriptions must be a list of URIs' }
  if (!isTexts(taskIds)) return { problem: 'taskIds must be a list of ids' }
  if (uris.length > mostNamed)
    return { problem: `resourceSubscriptions must name at most ${mostNamed} resources` }
  if (taskIds.length > mostNamed) return { problem: `taskIds must name at most ${mostNamed} tasks` }
  const resources = [...new Set(uris)].map((written): NamedResource => {
    if (server !== undefined) return { server, uri: written, written }
    const { server: its = '', uri = written } = unwrapUri(written) ?? {}
    return { server: its, uri, written }
  })
  return { lists, resources, taskIds: [...new Set(taskIds)] }
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

/** The caller's own request, of these alone: its id is then what the server's notices carry. */
export const narrowed = (ask: Ask, { resources, tasks }: Followed): Ask => {
  const span = spanOf(ask.doc, 'params', 'notifications')
  if (!span) return ask
  const notifications = {
    ...(resources.length > 0 && { resourceSubscriptions: resources }),
    ...(tasks.length > 0 && { taskIds: tasks }),
  }
  const text = JSON.stringify(notifications)
  return { ...ask, doc: readJson(splice(ask.doc.bytes, [{ span, text }]), answerLimits) }
}

/** What is told, first of all; of what is told of nothing nothing is said. */
export const acknowledgement = (
  { id }: Ask,
  lists: ReadonlySet<ListKind>,
  { resources, tasks }: Followed,
): Buffer => {
  const flags = [...lists].map((kind) => [`${kind}ListChanged`, true] as const)
  const notifications = {
    ...Object.fromEntries(flags),
    ...(resources.length > 0 && { resourceSubscriptions: resources }),
    ...(tasks.length > 0 && { taskIds: tasks }),
  }
  return noticeBytes('notifications/subscriptions/acknowledged', { notifications }, id)
}
