import { Fault } from '#lib/fault.ts'
import { readJson } from '#lib/json.ts'
import { SERVER_INFO_KEY } from '#mcp/envelope.ts'
import { negotiateRevision } from '#mcp/legacy.ts'
import { errorBytes, INVALID_PARAMS, isObject, readMessage, resultBytes } from '#mcp/messages.ts'
import { type Era, isRevision, LEGACY_HTTP_REVISIONS, MODERN_REVISIONS } from '#mcp/revisions.ts'
import { readSpeaker } from '#mcp/speaker.ts'
import { TASKS } from '#mcp/tasks.ts'
import type { Upstream } from '#upstream/upstream.ts'
import type { Ask, Caller, Exchange, Session } from './exchange.ts'
import { type Answer, answerLimits } from './forward.ts'
import type { Greeting } from './plane-greeting.ts'
import type { Sessions } from './sessions.ts'
import { carriesTasks } from './task-call.ts'

/** The conversation itself: initialize, server/discover, ping. Touches no capability. */

const self = (version: string) => ({ name: 'bailiwick', version })

/** Apps need nothing but tools and resources; skills have methods of their own (SEP-2640). */
const carriedExtensions = ['io.modelcontextprotocol/ui', 'io.modelcontextprotocol/skills']

/** Tasks of 2025-11-25 that a tool's call begins, with what there is to do about them. */
const carriedTasks = (upstream: Upstream, tasks: unknown): object => {
  if (!carriesTasks(upstream, 'legacy')) return {}
  const { list, cancel } = membersOf(tasks)
  return {
    tasks: {
      ...(list !== undefined && { list: {} }),
      ...(cancel !== undefined && { cancel: {} }),
      requests: { tools: { call: {} } },
    },
  }
}

/**
 * What is told of a server must be carried here: other extensions are not, nor are updates and
 * logs of a child that callers share. That a list changed is told by the gateway, whatever the server does.
 */
const carriedCapabilities = (
  capabilities: unknown,
  upstream: Upstream,
  era: Era,
): Readonly<Record<string, unknown>> => {
  const { tasks, extensions, ...rest } = membersOf(capabilities)
  const { logging, ...carried } = rest
  const told = Object.entries(carried).map(([key, value]) => {
    const { listChanged: _l, subscribe, ...settings } = membersOf(value)
    const subscribes = subscribe !== undefined && !upstream.shared && { subscribe }
    return [key, { ...settings, ...subscribes, ...(isListed(key) && { listChanged: true }) }]
  })
  const its = Object.entries(membersOf(extensions)).filter(([key]) =>
    key === TASKS
      ? era === 'modern' && carriesTasks(upstream, era)
      : carriedExtensions.includes(key),
  )
  return {
    ...Object.fromEntries(told),
    ...(logging !== undefined && !upstream.shared && { logging }),
    ...(era === 'legacy' && carriedTasks(upstream, tasks)),
    ...(its.length > 0 && { extensions: Object.fromEntries(its) }),
  }
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isObject(value) ? value : {}

const isListed = (key: string): boolean =>
  key === 'tools' || key === 'prompts' || key === 'resources'

/** Of an API, whose operations are tools. */
export const apiGreeting: Greeting = { capabilities: { tools: { listChanged: true } } }

/** `server/discover` from the gateway's own probe, or where the gateway speaks for itself. */
export const answerDiscover = (ask: Ask, about: Spoken): Buffer =>
  resultBytes(ask.id, {
    ...('greeting' in about ? about.greeting : greetingOf(about.upstream, 'discover')),
    resultType: 'complete',
    supportedVersions: [...MODERN_REVISIONS],
    ttlMs: 0,
    cacheScope: 'private',
    ...('greeting' in about ? { _meta: { [SERVER_INFO_KEY]: self(about.version) } } : {}),
  })

/** Who speaks: a server, or the gateway. */
export type Spoken =
  | { readonly upstream: Upstream }
  | { readonly greeting: Greeting; readonly version: string }

const eraBy = { discover: 'modern', initialize: 'legacy' } as const

const greetingOf = (upstream: Upstream, by: 'discover' | 'initialize') => {
  const found = upstream.greeting[by]
  return { ...found, capabilities: carriedCapabilities(found?.capabilities, upstream, eraBy[by]) }
}

/** `initialize` that is answered here: by the plane's endpoint, for a child that callers share, across a bridge. */
export const answerInitialize = (about: {
  exchange: Exchange
  caller: Caller
  ask: Ask
  spoken: Spoken
  sessions: Sessions
}): { bytes: Buffer; sessionId?: string } => {
  const { ask, spoken } = about
  const revision = negotiateRevision(ask.params.protocolVersion)
  const speaker = readSpeaker(ask.params, revision)
  if ('problem' in speaker) return { bytes: errorBytes(ask.id, INVALID_PARAMS, speaker.problem) }
  const held = { revision, upstreamId: '', speaker }
  const session = about.sessions.seal(about.caller, about.exchange, held)
  const said =
    'greeting' in spoken
      ? { ...spoken.greeting, serverInfo: self(spoken.version) }
      : greetingOf(spoken.upstream, 'initialize')
  const bytes = resultBytes(ask.id, { ...said, protocolVersion: revision })
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
    capabilities: carriedCapabilities(capabilities, about.upstream, 'legacy'),
    ...rest,
  })
  return { bytes, session }
}
