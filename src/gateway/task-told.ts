import type { PlaneId } from '#domain/name.ts'
import {
  type Edit,
  elementSpans,
  isObject,
  type JsonDocument,
  readJson,
  spanOf,
  splice,
} from '#lib/json.ts'
import type { Message } from '#mcp/messages.ts'
import { taskOf, taskOfAnswer, withTaskId } from '#mcp/tasks.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { CallerView } from '#policy/policy.ts'
import { answerLimits } from './forward.ts'
import { permit, taskTarget } from './target.ts'
import type { Tasks, Whose } from './tasks.ts'

/** What is told of tasks beside calls: to whom a task is, for as long as that may ask for it. */

/** The id that its caller knows, where the server's is a task of its own that it may ask for now. */
export const taskToldAs = async (
  tasks: Tasks,
  about: Whose,
  at: string,
  view: CallerView | undefined,
  now: number,
): Promise<string | undefined> => {
  const id = tasks.idOf(about, at)
  const bound = await tasks.find(about, id)
  const target = bound && taskTarget(about.exchange.server ?? '', bound)
  return target && view && permit(view, target, now).permitted ? id : undefined
}

/** The answer to `tasks/list` of 2025-11-25 without what is not this caller's; everything else as it came. */
export const tasksOf = async (
  tasks: Tasks,
  about: Whose,
  bytes: Uint8Array,
  now: number,
): Promise<Uint8Array> => {
  const doc = readJson(bytes, answerLimits)
  const span = spanOf(doc, 'result', 'tasks')
  if (!span) return bytes
  const list = readJson(bytes.subarray(span.start, span.end), answerLimits)
  const all = Array.isArray(list.value) ? list.value : []
  const kept = await Promise.all(
    elementSpans(list).map(async ({ start, end }, index) => {
      const one = all[index]
      const at = isObject(one) && typeof one.taskId === 'string' ? one.taskId : undefined
      const id =
        at === undefined ? undefined : await taskToldAs(tasks, about, at, about.caller.view, now)
      return id === undefined ? [] : [renamed(list.bytes.subarray(start, end), id)]
    }),
  )
  return splice(bytes, [{ span, text: `[${kept.flat().join(',')}]` }])
}

const renamed = (bytes: Uint8Array, id: string): string => {
  const doc = readJson(bytes, answerLimits)
  const span = spanOf(doc, 'taskId')
  const edits: Edit[] = span ? [{ span, text: JSON.stringify(id) }] : []
  return splice(bytes, edits).toString()
}

/** A message of a session's own stream; undefined where it is about a task that its caller is not to hear of. */
export const asToldOf = async (
  parts: { tasks: Tasks; snapshot(plane: PlaneId): PlaneSnapshot; now(): number },
  about: Whose,
  bytes: Uint8Array,
  doc: JsonDocument,
  message: Message,
): Promise<Uint8Array | undefined> => {
  const at = taskOf(message)
  if (at === undefined) return bytes
  const view = parts.snapshot(about.exchange.plane).caller(about.caller.view.who)
  const id = await taskToldAs(parts.tasks, about, at, view, parts.now())
  return id === undefined ? undefined : withTaskId(doc, id)
}

/** What a caller answers to something that a task asked: under the id that its server knows. */
export const asAtServer = async (
  tasks: Tasks,
  about: Whose,
  doc: JsonDocument,
  message: Message,
): Promise<Uint8Array> => {
  const id = taskOfAnswer(message)
  const bound = id === undefined ? undefined : await tasks.find(about, id)
  return bound ? withTaskId(doc, bound.at) : doc.bytes
}
