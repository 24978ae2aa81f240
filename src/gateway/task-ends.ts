import type { Loan } from '#domain/loan.ts'
import type { JsonValue } from '#lib/json.ts'
import { encodedField } from '#mcp/envelope.ts'
import { isObject } from '#mcp/messages.ts'
import type { Outbound, Upstream } from '#upstream/upstream.ts'
import { unheard } from './cancellation.ts'
import type { Ask, Caller } from './exchange.ts'
import type { Stand, Standing } from './standing.ts'

/**
 * A task goes on at its server when the call that began it is answered, and stands on what permitted
 * that call: where that is gone, its server is told to cancel it. Known in the process that began it, and
 * of very many the oldest is let go of: nobody is told of that one either way, and its server ends it in
 * its own time.
 */
export interface TaskEnds {
  watch(id: string, task: Watched): void
  /** It has ended at its server. */
  over(id: string): void
}

export interface Watched {
  readonly caller: Caller
  readonly reason: Stand['reason']
  readonly ask: Ask
  readonly upstream: Upstream
  /** As the call went out that began it. */
  readonly sent: Outbound
  readonly loan: Loan | undefined
  /** What its server calls it. */
  readonly at: string
}

const most = 10_000

export const createTaskEnds = (standing: Standing): TaskEnds => {
  const watched = new Map<string, () => void>()
  const over = (id: string): void => {
    watched.get(id)?.()
    watched.delete(id)
  }
  return {
    over,
    watch(id, task) {
      const { caller, reason } = task
      over(id)
      const end = (): void => {
        watched.delete(id)
        task.upstream.send(cancelling(id, task), unheard)
      }
      watched.set(id, standing.add({ caller, reason, end }))
      const oldest = watched.size > most ? watched.keys().next().value : undefined
      if (oldest !== undefined) over(oldest)
    },
  }
}

/** `tasks/cancel` in the name of the caller, as it would ask for it. */
const cancelling = (id: string, { ask, sent, loan, at }: Watched): Outbound => {
  const { idSpan: _id, progressTokenSpan: _progress, behalf: _behalf, ...rest } = sent
  const method = 'tasks/cancel'
  const sentId = `cancel-${id}`
  const params = {
    taskId: at,
    ...(ask.era === 'modern' && { _meta: envelopeOf(ask.params._meta) }),
  }
  return {
    ...rest,
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: sentId, method, params })),
    id: JSON.stringify(sentId),
    method,
    headers: headersOf(sent.headers, method, at),
    loan,
    endMs: sent.timeoutMs,
  }
}

/** Without a progress token, and what else a request is free to carry. */
const envelopeOf = (meta: unknown): Record<string, JsonValue> =>
  Object.fromEntries(
    Object.entries(isObject(meta) ? meta : {}).filter(([key]) =>
      key.startsWith('io.modelcontextprotocol/'),
    ),
  )

const headersOf = (sent: readonly string[], method: string, at: string): string[] => {
  const headers: string[] = []
  for (let index = 0; index < sent.length; index += 2) {
    const [name = '', value = ''] = sent.slice(index, index + 2)
    if (name.startsWith('mcp-param-')) continue
    if (name === 'mcp-method') headers.push(name, method)
    else if (name === 'mcp-name') headers.push(name, encodedField(at))
    else headers.push(name, value)
  }
  return headers
}
