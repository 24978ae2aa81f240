import type { Loan } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { JsonObject } from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'
import { modernHeaders, modernParams } from '#upstream/greet.ts'
import type { Outbound, Upstream, Upstreams } from '#upstream/upstream.ts'
import { holdStream } from './held.ts'
import { listKinds } from './list-changes.ts'
import { isOfLists } from './notices.ts'

/**
 * While anybody listens in a plane, the gateway itself listens to that plane's servers: one stream each,
 * however many callers there are. That a server says its lists changed is a reason to ask it, and no
 * more: what callers are told is what then stands in the registry.
 */
export interface ServerNotices {
  /** The answer must be called once, when that listener is gone. */
  want(plane: PlaneId): () => void
}

export const createServerNotices = (parts: {
  upstreams: Pick<Upstreams, 'find' | 'list' | 'onOpen'>
  clock: Pick<Clock, 'after'>
  version: string
  limits: { readonly firstAnswerTimeoutMs: number }
  loan(plane: PlaneId, server: string): Loan | undefined | 'missing'
  changed(plane: PlaneId, server: string): void
}): ServerNotices => {
  const { upstreams, clock } = parts
  const planes = new Map<PlaneId, { wants: number; held: Map<Upstream, () => void> }>()

  const hold = (upstream: Upstream): void => {
    const { plane, server } = upstream
    const here = planes.get(plane)
    const isCurrent = () => upstreams.find(plane, server) === upstream
    if (!here || here.held.has(upstream) || !announces(upstream) || !isCurrent()) return
    const { close } = holdStream({
      clock,
      upstream,
      outbound() {
        const loan = parts.loan(plane, server)
        return loan === 'missing' || !isCurrent() ? undefined : listening(parts, ofLists, loan)
      },
      hear({ method }) {
        if (isOfLists(method)) parts.changed(plane, server)
      },
      ended: isCurrent,
    })
    here.held.set(upstream, close)
  }

  upstreams.onOpen((upstream) => {
    void upstream.ready.then(() => hold(upstream))
    // Also of a server that was down, and is up.
    upstream.onListChanged(() => hold(upstream))
  })
  return {
    want(plane) {
      const here = planes.get(plane) ?? { wants: 0, held: new Map() }
      planes.set(plane, here)
      here.wants++
      if (here.wants === 1) for (const upstream of upstreams.list(plane)) hold(upstream)
      return () => {
        here.wants--
        if (here.wants > 0) return
        planes.delete(plane)
        for (const close of here.held.values()) close()
      }
    },
  }
}

/** A child that callers share says it by itself, and one of the older era has no stream without a session. */
const announces = ({ shared, eras, greeting }: Upstream): boolean => {
  const capabilities = greeting.discover?.capabilities
  if (shared || !eras.modern || !isObject(capabilities)) return false
  return listKinds.some((kind) => {
    const its = capabilities[kind]
    return isObject(its) && its.listChanged === true
  })
}

const ofLists = Object.fromEntries(listKinds.map((kind) => [`${kind}ListChanged`, true] as const))

/** `subscriptions/listen` as the gateway itself asks for it. */
export const listening = (
  { version, limits }: { version: string; limits: { firstAnswerTimeoutMs: number } },
  notifications: JsonObject,
  loan: Loan | undefined,
): Outbound => {
  const method = 'subscriptions/listen'
  const params = modernParams({ name: 'bailiwick', version }, { notifications })
  return {
    httpMethod: 'POST',
    era: 'modern',
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })),
    id: '1',
    method,
    headers: [
      ...['accept', 'application/json, text/event-stream', 'content-type', 'application/json'],
      ...modernHeaders(method),
    ],
    loan,
    timeoutMs: limits.firstAnswerTimeoutMs,
    endMs: Number.POSITIVE_INFINITY,
  }
}
