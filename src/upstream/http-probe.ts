import { Fault } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import { UNSUPPORTED_VERSION } from '#mcp/messages.ts'
import { LEGACY_HTTP_REVISIONS } from '#mcp/revisions.ts'
import { type Answer, asObject } from './ask.ts'
import type { Asker, Found, OwnSession } from './found.ts'
import {
  discoverResult,
  initializeParams,
  initializeResult,
  MODERN,
  modernHeaders,
  modernParams,
} from './greet.ts'

/**
 * Asks a streamable HTTP server for both eras: they are properties of the server, not of a request
 * (MCP 2026-07-28, basic/versioning). A refusal of our credential, a server that cannot be reached
 * and one that is silent are no evidence about eras: then it rejects, and the old verdict stands.
 */
export async function probeHttp(
  asker: Asker,
  /** What is there over HTTP+SSE; undefined for nothing. */
  older: () => Promise<Found | undefined>,
): Promise<Found> {
  const discover = await askDiscover(asker)
  let opened: Opened | undefined
  try {
    const answer = await askInitialize(asker)
    const found = discover || !TAKES_NO_POST.has(answer.status) ? undefined : await older()
    if (found !== undefined) return found
    opened = await enter(asker, answer)
  } catch (fault) {
    // A modern server may break off at the other era's handshake.
    if (discover === undefined) throw fault
  }
  return {
    eras: { modern: discover !== undefined, legacy: opened?.session.revision },
    discover,
    initialize: opened?.result,
    session: opened?.session,
  }
}

/** MCP 2025-11-25, transports §Backwards Compatibility: then a GET may open the transport of 2024-11-05. */
const TAKES_NO_POST: ReadonlySet<number> = new Set([400, 404, 405])

interface Opened {
  readonly session: OwnSession
  readonly result: JsonObject
}

/** The DiscoverResult, or undefined where the server does not speak the modern era. */
async function askDiscover({
  ask,
  about,
  loan,
  timeoutMs,
  say,
}: Asker): Promise<JsonObject | undefined> {
  try {
    const method = 'server/discover'
    const asked = () =>
      ask({
        era: 'modern',
        method,
        params: modernParams(about),
        headers: modernHeaders(method),
        loan: loan(),
        timeoutMs,
      })
    const first = await asked()
    const answer = namesOurRevision(first) ? await asked() : first
    checkStatus(answer.status, method, say)
    return discoverResult(answer)
  } catch (fault) {
    // Some answer an unknown method with a page of HTML, and some fail at it.
    if (fault instanceof Fault && fault.code === 'upstream_broken') return undefined
    throw fault
  }
}

/** Refused with our own revision among those that it supports: asked again (basic/versioning §Protocol Version Negotiation). */
const namesOurRevision = ({ error }: Answer): boolean => {
  const supported = asObject(error?.data)?.supported
  return (
    error?.code === UNSUPPORTED_VERSION && Array.isArray(supported) && supported.includes(MODERN)
  )
}

/** A server that reads the headers of the modern era alone wants it of every request; to others it says nothing. */
const methodHeader = (method: string): string[] => ['mcp-method', method]

/** Handshake of 2025-11-25 and before: `initialize`, then `notifications/initialized`. */
export const openSession = async (asker: Asker): Promise<Opened> =>
  enter(asker, await askInitialize(asker))

async function askInitialize({ ask, about, loan, timeoutMs, say }: Asker): Promise<Answer> {
  const params = initializeParams(about)
  const question = {
    era: 'legacy',
    headers: methodHeader('initialize'),
    loan: loan(),
    timeoutMs,
  } as const
  const answer = await ask({ ...question, method: 'initialize', params })
  checkStatus(answer.status, 'initialize', say)
  return answer
}

async function enter({ ask, loan, timeoutMs, say }: Asker, answer: Answer): Promise<Opened> {
  const opened = initializeResult(answer, LEGACY_HTTP_REVISIONS)
  if (opened === undefined) {
    const how = answer.error ? `error ${answer.error.code}` : `status ${answer.status}`
    const detail = say(`speaks none of our revisions (it answered initialize with ${how})`)
    throw new Fault('upstream_broken', { detail })
  }
  const session = { id: answer.sessionId, revision: opened.revision }
  await ask({
    era: 'legacy',
    method: 'notifications/initialized',
    params: {},
    isNotification: true,
    headers: [...methodHeader('notifications/initialized'), ...sessionHeaders(session)],
    loan: loan(),
    timeoutMs,
  })
  return { session, result: opened.result }
}

/** A server that fails says nothing about its eras. */
function checkStatus(status: number, method: string, say: (what: string) => string): void {
  if (status < 500) return
  const detail = say(`answered ${method} with status ${status}`)
  throw new Fault('upstream_broken', { detail, status })
}

export function sessionHeaders({ id, revision }: OwnSession): string[] {
  const headers = ['mcp-protocol-version', revision]
  if (id !== undefined) headers.push('mcp-session-id', id)
  return headers
}
