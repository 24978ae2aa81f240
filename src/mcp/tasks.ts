import { type Edit, type JsonDocument, type JsonObject, spanOf, splice } from '#lib/json.ts'
import { CLIENT_CAPABILITIES_KEY } from './envelope.ts'
import { isObject, type Message, type ResultMessage } from './messages.ts'
import type { Era } from './revisions.ts'

/** The extension of the modern era (ext-tasks, SEP-2663); 2025-11-25 has tasks in core, of another shape. */
export const TASKS = 'io.modelcontextprotocol/tasks'
/** 2025-11-25, basic/utilities/tasks §Associating Messages: what a message of a task carries in its `_meta`. */
const RELATED = 'io.modelcontextprotocol/related-task'

/** Whether what a server says of itself has tasks that a tool's call may begin. */
export const offersTasks = (era: Era, capabilities: unknown): boolean => {
  const { extensions, tasks } = membersOf(capabilities)
  if (era === 'modern') return isObject(membersOf(extensions)[TASKS])
  return isObject(membersOf(membersOf(membersOf(tasks).requests).tools).call)
}

/** Whether a call may end in a task, by what it says itself: modern callers declare it, legacy ones ask for it. */
export const mayBeginTask = (era: Era, params: Readonly<Record<string, unknown>>): boolean => {
  return era === 'legacy' ? params.task !== undefined : declaresTasks(params)
}

/** Of a modern request. */
export const declaresTasks = (params: Readonly<Record<string, unknown>>): boolean => {
  const { extensions } = membersOf(membersOf(params._meta)[CLIENT_CAPABILITIES_KEY])
  return isObject(membersOf(extensions)[TASKS])
}

/** What takes the declaration out of a modern request; nothing else of it is another byte. */
export const undeclared = (
  doc: JsonDocument,
  params: Readonly<Record<string, unknown>>,
): Edit[] => {
  const span = spanOf(doc, 'params', '_meta', CLIENT_CAPABILITIES_KEY)
  const capabilities = membersOf(membersOf(params._meta)[CLIENT_CAPABILITIES_KEY])
  const { [TASKS]: _tasks, ...extensions } = membersOf(capabilities.extensions)
  return span ? [{ span, text: JSON.stringify({ ...capabilities, extensions }) }] : []
}

/** A task that a server began in the place of a result. */
export interface BegunTask {
  readonly taskId: string
  /** Milliseconds from its creation; undefined where it ends by no time, or does not say. */
  readonly ttlMs: number | undefined
}

/** Undefined where a result is none, or has not its shape. */
export const begunTask = (era: Era, { result }: ResultMessage): BegunTask | undefined => {
  if (era === 'modern' && result.resultType !== 'task') return undefined
  const { taskId, ttl, ttlMs = ttl } = era === 'modern' ? result : membersOf(result.task)
  if (typeof taskId !== 'string' || taskId === '') return undefined
  return { taskId, ttlMs: typeof ttlMs === 'number' && ttlMs >= 0 ? ttlMs : undefined }
}

/** Whether nothing can come of it any more. */
export const isOver = (status: unknown): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled'

/** Which task a notice or a request of a server is about; undefined where it is about none. */
export const taskOf = (message: Message): string | undefined => {
  if (message.kind !== 'request' && message.kind !== 'notification') return undefined
  const { method, params } = message
  const named = isOfTasks(method) ? params?.taskId : relatedIn(params)
  return typeof named === 'string' ? named : undefined
}

export const isOfTasks = (method: string): boolean =>
  method === 'notifications/tasks/status' || method === 'notifications/tasks'

/** Which task a response says that it belongs to. */
export const taskOfAnswer = (message: Message): string | undefined => {
  const named = message.kind === 'result' ? relatedIn(message.result) : undefined
  return typeof named === 'string' ? named : undefined
}

const relatedIn = (params: JsonObject | undefined): unknown =>
  membersOf(membersOf(params?._meta)[RELATED]).taskId

/** A message with another id for the task, wherever it names the task. Nothing else of it is another byte. */
export const withTaskId = (doc: JsonDocument, id: string): Uint8Array => {
  const text = JSON.stringify(id)
  const edits: Edit[] = []
  const put = (edit: string, ...path: string[]): void => {
    const span = spanOf(doc, ...path)
    if (span) edits.push({ span, text: edit })
  }
  put(text, 'params', 'taskId')
  put(`{"taskId":${text}}`, 'params', '_meta', RELATED)
  put(text, 'result', 'taskId')
  put(text, 'result', 'task', 'taskId')
  put(`{"taskId":${text}}`, 'result', '_meta', RELATED)
  return splice(
    doc.bytes,
    edits.sort((a, b) => a.span.start - b.span.start),
  )
}

/** The same of what a tool itself answered, whose own members are its server's matter. */
export const withRelatedTask = (doc: JsonDocument, id: string): Uint8Array => {
  const span = spanOf(doc, 'result', '_meta', RELATED)
  return span ? splice(doc.bytes, [{ span, text: JSON.stringify({ taskId: id }) }]) : doc.bytes
}

const membersOf = (value: unknown): JsonObject => (isObject(value) ? value : {})
