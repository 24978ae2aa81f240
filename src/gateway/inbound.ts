import { Fault } from '#lib/fault.ts'
import { acceptsJsonAndEvents, isJsonContentType } from '#lib/http.ts'
import { type JsonDocument, JsonError, type JsonLimits, readJson } from '#lib/json.ts'
import { isBatch, readBatch } from '#mcp/batch.ts'
import { checkEnvelope, checkMirrors, eraOfMessage } from '#mcp/envelope.ts'
import { legacyRevision } from '#mcp/legacy.ts'
import {
  type ErrorMessage,
  errorBytes,
  INVALID_REQUEST,
  type InvalidMessage,
  type Message,
  type NotificationMessage,
  type ProtocolRefusal,
  type RequestId,
  type RequestMessage,
  type ResultMessage,
  readMessage,
} from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import { MODERN_REVISIONS } from '#mcp/revisions.ts'
import { type Ask, type Caller, type Exchange, header, type Session } from './exchange.ts'
import { refusalBytes } from './refusal.ts'
import type { Visits } from './visits.ts'

/** A notice, or an answer of the caller to something the server asked it (legacy era). */
export interface Tell {
  readonly kind: 'tell'
  readonly doc: JsonDocument
  readonly message: NotificationMessage | ResultMessage | ErrorMessage
  /** Undefined in the modern era, where nothing is left to tell over HTTP. */
  readonly session: Session | undefined
}
export interface Refused {
  readonly kind: 'refused'
  readonly status: number
  readonly bytes: Buffer
}
export type Single = (Ask & { readonly kind: 'ask' }) | Tell | Refused
export type Inbound = Single | { readonly kind: 'batch'; readonly members: readonly Single[] }

/**
 * What a body says, checked: media types, JSON that every reader reads alike, one JSON-RPC message (a
 * batch in 2025-03-26), its era and what that era demands of headers, envelope and session. Throws a
 * Fault for what is no message; a message that its own revision refuses is a value, with its id.
 */
export const createInbound = (parts: {
  visits: Visits
  limits: { readonly jsonDepth: number; readonly jsonNodes: number }
}) => {
  const limits: JsonLimits = { depth: parts.limits.jsonDepth, nodes: parts.limits.jsonNodes }

  const sessionOf = parts.visits.find

  const modern = (
    exchange: Exchange,
    doc: JsonDocument,
    message: RequestMessage | NotificationMessage,
  ): Single => {
    const [revision] = MODERN_REVISIONS
    const { headers } = exchange.request
    const bad = checkEnvelope(message, headers)
    if (bad) return refused(idOf(message), bad)
    if (message.kind === 'notification') return { kind: 'tell', doc, message, session: undefined }
    const wrong = checkMirrors(message, findMethod('client', revision, message.method), headers)
    if (wrong) return refused(message.id, wrong)
    return ask(doc, message, 'modern', revision, undefined)
  }

  const legacy = (
    exchange: Exchange,
    caller: Caller,
    doc: JsonDocument,
    message: Message,
  ): Single => {
    if (message.kind === 'request' && message.method === 'initialize')
      return ask(doc, message, 'legacy', '2025-11-25', undefined)
    const session = sessionOf(exchange, caller)
    const revision = legacyRevision(header(exchange, 'mcp-protocol-version'), session.revision)
    if (typeof revision !== 'string') return refused(idOf(message), revision)
    if (message.kind === 'request') return ask(doc, message, 'legacy', session.revision, session)
    return { kind: 'tell', doc, message, session }
  }

  const single = (
    exchange: Exchange,
    caller: Caller,
    doc: JsonDocument,
    message: Message | InvalidMessage,
  ): Single => {
    if (message.kind === 'invalid') return invalid(message)
    const calls = message.kind === 'request' || message.kind === 'notification'
    if (calls && eraOfMessage(message, exchange.request.headers) === 'modern')
      return modern(exchange, doc, message)
    return legacy(exchange, caller, doc, message)
  }

  return (exchange: Exchange, caller: Caller, body: Buffer): Inbound => {
    const doc = parse(body, limits)
    if (!isBatch(doc)) return single(exchange, caller, doc, readMessage(doc))
    const session = sessionOf(exchange, caller)
    const members = readBatch(doc, session.revision, limits)
    if ('problem' in members)
      throw new Fault('bad_message', { detail: `a batch is refused: ${members.problem}` })
    return {
      kind: 'batch',
      members: members.map((one) => single(exchange, caller, one.doc, one.message)),
    }
  }
}

/** Before the body is read: what it is, and whether the caller takes both forms of an answer. */
export const checkMediaTypes = (exchange: Exchange): void => {
  if (!isJsonContentType(header(exchange, 'content-type'))) throw new Fault('bad_media_type')
  // What is compressed could be anything, and of any size.
  const encoding = header(exchange, 'content-encoding')
  if (encoding !== undefined && encoding !== 'identity') throw new Fault('bad_media_type')
  if (!acceptsJsonAndEvents(header(exchange, 'accept'))) throw new Fault('not_acceptable')
}

const parse = (body: Buffer, limits: JsonLimits): JsonDocument => {
  try {
    return readJson(body, limits)
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown
    throw new Fault('bad_json', { detail: `${thrown.reason} at byte ${thrown.offset}` })
  }
}

const ask = (
  doc: JsonDocument,
  { id, method, params }: RequestMessage,
  era: Ask['era'],
  revision: Ask['revision'],
  session: Session | undefined,
): Single => ({ kind: 'ask', doc, id, method, params: params ?? {}, era, revision, session })

const idOf = (message: Message): RequestId | undefined => ('id' in message ? message.id : undefined)

const refused = (id: RequestId | undefined, refusal: ProtocolRefusal): Refused => ({
  kind: 'refused',
  status: refusal.status,
  bytes: refusalBytes(id, refusal),
})

const invalid = ({ id, problem }: InvalidMessage): Refused => ({
  kind: 'refused',
  status: 400,
  bytes: errorBytes(id, INVALID_REQUEST, `Not a JSON-RPC message of this protocol: ${problem}`),
})
