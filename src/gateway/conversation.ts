import { Fault } from '#lib/fault.ts'
import { readJson } from '#lib/json.ts'
import { SERVER_INFO_KEY } from '#mcp/envelope.ts'
import { negotiateRevision } from '#mcp/legacy.ts'
import { errorBytes, INVALID_PARAMS, readMessage, resultBytes } from '#mcp/messages.ts'
import { isRevision, LEGACY_HTTP_REVISIONS, MODERN_REVISIONS } from '#mcp/revisions.ts'
import { readSpeaker } from '#mcp/speaker.ts'
import type { Upstream } from '#upstream/upstream.ts'
import type { Ask, Caller, Exchange, Session } from './exchange.ts'
import { type Answer, answerLimits } from './forward.ts'
import type { Sessions } from './sessions.ts'

/** The conversation itself: initialize, server/discover, ping. Touches no capability. */

const self = (version: string) => ({ name: 'bailiwick', version })

/** What is told of a server must be carried here: tasks and extensions are not, nor are a shared child's changes. */
const carriedCapabilities = (
  capabilities: unknown,
  upstream: Upstream,
): Readonly<Record<string, unknown>> => {
  const {
    tasks: _tasks,
    extensions: _extensions,
    ...rest
  } = (capabilities ?? {}) as Record<string, unknown>
  if (!upstream.shared) return rest
  const { logging: _logging, ...carried } = rest
  const quiet = Object.entries(carried).map(([key, value]) => {
    const { listChanged: _l, subscribe: _s, ...settings } = (value ?? {}) as Record<string, unknown>
    return [key, settings] as const
  })
  return Object.fromEntries(quiet)
}

/** `server/discover` from the gateway's own probe; the plane's endpoint speaks for itself. */
export const answerDiscover = (
  ask: Ask,
  upstream: Upstream | undefined,
  version: string,
): Buffer => {
  const found = upstream?.greeting.discover
  return resultBytes(ask.id, {
    ...(found ?? {}),
    resultType: 'complete',
    supportedVersions: [...MODERN_REVISIONS],
    capabilities: upstream ? carriedCapabilities(found?.capabilities, upstream) : { tools: {} },
    ttlMs: 0,
    cacheScope: 'private',
    ...(upstream ? {} : { _meta: { [SERVER_INFO_KEY]: self(version) } }),
  })
}

/** `initialize` that is answered here: by the plane's endpoint, for a child that callers share, across a bridge. */
export const answerInitialize = (about: {
  exchange: Exchange
  caller: Caller
  ask: Ask
  upstream: Upstream | undefined
  sessions: Sessions
  version: string
}): { bytes: Buffer; sessionId?: string } => {
  const { ask, upstream } = about
  const revision = negotiateRevision(ask.params.protocolVersion)
  const found = upstream?.greeting.initialize
  const speaker = readSpeaker(ask.params, revision)
  if ('problem' in speaker) return { bytes: errorBytes(ask.id, INVALID_PARAMS, speaker.problem) }
  const held = { revision, upstreamId: '', speaker }
  const session = about.sessions.seal(about.caller, about.exchange, held)
  const bytes = resultBytes(ask.id, {
    ...(found ?? {}),
    protocolVersion: revision,
    capabilities: upstream ? carriedCapabilities(found?.capabilities, upstream) : { tools: {} },
    serverInfo: found?.serverInfo ?? self(about.version),
  })
  return { bytes, sessionId: session.id }
}

/** The server's own answer to `initialize`, with a session id of ours in the place of its. */
export const relayInitialize = (about: {
  exchange: Exchange
  caller: Caller
  ask: Ask
  upstream: Upstream
  answer: Answer
  sessions: Sessions
}): { bytes: Uint8Array; session: Session | undefined } => {
  const { answer, ask } = about
  if (!answer.final)
    throw new Fault(
      answer.code === 'upstream_timeout' ? 'upstream_timeout' : 'upstream_unreachable',
    )
  const message = readMessage(readJson(answer.final, answerLimits))
  if (message.kind !== 'result') return { bytes: answer.final, session: undefined }
  const { protocolVersion, capabilities, ...rest } = message.result
  if (
    !isRevision(protocolVersion) ||
    !(LEGACY_HTTP_REVISIONS as readonly string[]).includes(protocolVersion)
  )
    return {
      bytes: errorBytes(
        ask.id,
        INVALID_PARAMS,
        'The server answered a protocol revision that is not carried here',
      ),
      session: undefined,
    }
  const session = about.sessions.seal(about.caller, about.exchange, {
    revision: protocolVersion,
    upstreamId: answer.sessionId ?? '',
  })
  const bytes = resultBytes(ask.id, {
    protocolVersion,
    capabilities: carriedCapabilities(capabilities, about.upstream),
    ...rest,
  })
  return { bytes, session }
}
