import type { Bridges } from '#bridge/bridge.ts'
import type { CallId } from '#domain/name.ts'
import type { JsonDocument, JsonValue } from '#lib/json.ts'
import { readJson } from '#lib/json.ts'
import type { Log } from '#lib/log.ts'
import { errorBytes, type Message, MISSING_CAPABILITY, readMessage } from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import type { Era } from '#mcp/revisions.ts'
import {
  begunTask,
  declaresTasks,
  isOfTasks,
  isOver,
  mayBeginTask,
  offersTasks,
  TASKS,
  taskOf,
  withRelatedTask,
  withTaskId,
} from '#mcp/tasks.ts'
import type { Permitted } from '#policy/policy.ts'
import type { Upstream, Upstreams } from '#upstream/upstream.ts'
import type { Ask, Caller, Exchange } from './exchange.ts'
import { type Answer, answerLimits } from './forward.ts'
import { argumentsOf } from './record-arguments.ts'
import type { Reply } from './reply.ts'
import { type Target, taskTarget } from './target.ts'
import type { TaskEnds, Watched } from './task-ends.ts'
import { mostArgumentBytes, type Tasks } from './tasks.ts'

/** One message of a caller that may begin a task, or asks for one. */
interface About {
  readonly exchange: Exchange
  readonly caller: Caller
  readonly ask: Ask
  readonly target: Target
}

/** How a call went out that may begin one, and why it may not go on. */
type Beginning = Pick<Watched, 'upstream' | 'sent' | 'loan' | 'reason'>

/** Whether a server's tasks are carried for whoever speaks to it in that era: in its own, and in no other. */
export const carriesTasks = (upstream: Upstream, era: Era): boolean => {
  const { greeting, bridgedTo } = upstream
  const said = era === 'modern' ? greeting.discover : greeting.initialize
  return bridgedTo === undefined && offersTasks(era, said?.capabilities)
}

/** By a method of tasks that names one. */
export const asksForTask = ({ revision, method }: Ask): boolean => {
  const row = findMethod('client', revision, method)
  return row?.kind === 'task' && row.name !== undefined
}

/** ext-tasks §Capability Negotiation: what is about tasks is for a caller that declares them, request by request. */
export const lacksTasks = ({ era, params }: Ask): boolean =>
  era === 'modern' && !declaresTasks(params)

export const undeclaredTasks = ({ id }: Ask, reply: Reply): void =>
  reply.finish(
    errorBytes(id, MISSING_CAPABILITY, 'Missing required client capability', {
      requiredCapabilities: { extensions: { [TASKS]: {} } },
    }),
    { status: 400 },
  )

/** What tasks add to the steps of a call. */
export const createTaskCalls = (parts: {
  tasks: Tasks
  ends: TaskEnds
  upstreams: Pick<Upstreams, 'find'>
  bridges: Pick<Bridges, 'spoken'>
  log: Log
}) => {
  const { tasks, log } = parts
  const whose = ({ exchange, caller, ask }: Omit<About, 'target'>) => ({
    exchange,
    caller,
    era: ask.era,
  })

  const carries = ({ plane, server }: Exchange, era: Era): boolean => {
    const found = server === undefined ? undefined : parts.upstreams.find(plane, server)
    const upstream = found && parts.bridges.spoken(found, era)
    return upstream !== undefined && carriesTasks(upstream, era)
  }

  /** Its server may begin one: the tool's own server is asked, and what a task keeps is small enough. */
  const mayBegin = ({ exchange, ask, target }: About, { capability }: Permitted): boolean =>
    ask.method === 'tools/call' &&
    target.kind === 'tool' &&
    mayBeginTask(ask.era, ask.params) &&
    (ask.era === 'modern' || ask.revision === '2025-11-25') &&
    capability.classification?.variantOf === undefined &&
    argumentsOf(ask).length <= mostArgumentBytes &&
    carries(exchange, ask.era)

  return {
    carries,
    mayBegin,

    /** What a method of tasks is about: the tool that its task was begun by, with the arguments of then. */
    async target(about: Omit<About, 'target'>): Promise<Target | undefined> {
      const { taskId } = about.ask.params
      if (typeof taskId !== 'string') return undefined
      const bound = await tasks.find(whose(about), taskId)
      return taskTarget(about.exchange.server ?? '', bound)
    },

    /** What the server streams beside the final message, as its caller is told it; undefined for what is not. */
    told(about: About, bytes: Uint8Array, doc: JsonDocument, message: Message) {
      const named = taskOf(message)
      if (named === undefined) return bytes
      const { task } = about.target
      const isIts = typeof task === 'object' && task.at === named
      const mayPass = isIts || (message.kind === 'request' && !isOfTasks(message.method))
      return mayPass ? withTaskId(doc, tasks.idOf(whose(about), named)) : undefined
    },

    /** The final message under the id that its caller knows; a task that was begun is bound to that caller first. */
    async seal(
      about: About,
      call: CallId,
      answer: Answer,
      begins: Beginning | undefined,
    ): Promise<Answer> {
      const { ask, target } = about
      if (!answer.final) return answer
      if (typeof target.task === 'object') return under(about, answer, target.task.at)
      if (!begins) return answer
      const doc = readJson(answer.final, answerLimits)
      const message = readMessage(doc)
      const begun = message.kind === 'result' ? begunTask(ask.era, message) : undefined
      if (!begun) return answer
      const { taskId: at, ttlMs } = begun
      const args = (ask.params.arguments ?? {}) as JsonValue
      try {
        await tasks.bind(whose(about), { at, call, tool: target.name, args, ttlMs })
      } catch {
        log.error('task not bound, result withheld', { call })
        return { ...answer, status: 'failed', code: 'store_unreachable', final: undefined }
      }
      const id = tasks.idOf(whose(about), at)
      parts.ends.watch(id, { ...begins, at, ask, caller: about.caller })
      return { ...answer, final: withTaskId(doc, id) }
    },
  }

  function under(about: About, answer: Answer, at: string): Answer {
    const { ask } = about
    const doc = readJson(answer.final ?? new Uint8Array(), answerLimits)
    const message = readMessage(doc)
    const id = tasks.idOf(whose(about), at)
    if (message.kind !== 'result') return answer
    const isResult = ask.method === 'tasks/result'
    if (isResult || isOver(message.result.status)) parts.ends.over(id)
    return { ...answer, final: isResult ? withRelatedTask(doc, id) : withTaskId(doc, id) }
  }
}

export type TaskCalls = ReturnType<typeof createTaskCalls>
