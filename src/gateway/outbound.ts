import type { Loan } from '#domain/loan.ts'
import { type Edit, isObject, type JsonValue, spanOf, splice } from '#lib/json.ts'
import { encodedField } from '#mcp/envelope.ts'
import { findMethod } from '#mcp/methods.ts'
import { mirroredHeaders, type ParamHeader } from '#mcp/param-headers.ts'
import type { Carried } from '#upstream/carried.ts'
import type { Behalf, Outbound } from '#upstream/upstream.ts'
import { type Ask, type Exchange, header, type Session } from './exchange.ts'
import { type Passed, traceEdits, traceHeaders } from './trace.ts'

/** What travels on to a server; everything else that a caller sends stays here, its token first. */
const passedOn = [
  'accept',
  'content-type',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'last-event-id',
  'traceparent',
  'tracestate',
  'baggage',
]

const passedHeaders = (exchange: Exchange, sessionId: string | undefined): string[] => {
  const headers: string[] = []
  for (const name of passedOn) {
    const value = header(exchange, name)
    if (value !== undefined) headers.push(name, value)
  }
  // Mcp-Param-*: forwarded untouched (2026-07-28, transports §Custom Headers).
  for (const name in exchange.request.headers) {
    const value = exchange.request.headers[name]
    if (name.startsWith('mcp-param-') && typeof value === 'string') headers.push(name, value)
  }
  if (sessionId) headers.push('mcp-session-id', sessionId)
  return headers
}

export interface Timeouts {
  readonly firstAnswerTimeoutMs: number
  readonly callTimeoutMs: number
}

/**
 * The request as it goes out: the caller's bytes, but for the name at the plane's endpoint and of a
 * variant, and for an id on a session that callers share.
 */
export const outboundOf = (about: {
  exchange: Exchange
  ask: Ask
  /** What the server knows the capability as, where its caller writes another name. */
  renamed?: string | undefined
  /** Arguments whose headers are ours to write: what the caller's headers repeat is another request. */
  mirrored?: readonly ParamHeader[] | undefined
  loan: Loan | undefined
  timeouts: Timeouts
  sentId?: string | undefined
  ownSession?: string | undefined
  behalf?: Behalf | undefined
  /** As `callerKey` writes it. */
  caller: string
  carried?: Carried | undefined
  /** Of the trace, where the gateway is a part of it; else what the caller wrote goes on. */
  passed?: Passed | undefined
  dropsBaggage?: boolean | undefined
  /** What is taken out of the message beside that. */
  edits?: readonly Edit[] | undefined
}): Outbound => {
  const { exchange, ask, renamed, sentId, passed, dropsBaggage = false, edits = [] } = about
  const tracing = traceEdits(ask.doc, ask.params, { passed, dropsBaggage })
  const body = rewritten(ask, renamed, sentId, [...tracing, ...edits])
  const headers = passedHeaders(
    exchange,
    about.ownSession === undefined ? ask.session?.upstreamId : undefined,
  )
  if (passed) retrace(headers, passed)
  if (renamed !== undefined) rename(headers, renamed)
  if (about.mirrored) mirror(headers, about.mirrored, ask.params.arguments)
  const doc = body === ask.doc.bytes ? ask.doc : undefined
  const idSpan = doc && spanOf(doc, 'id')
  const progressTokenSpan = doc && spanOf(doc, 'params', '_meta', 'progressToken')
  return {
    httpMethod: 'POST',
    era: ask.era,
    body,
    id: JSON.stringify(sentId ?? ask.id),
    method: ask.method,
    headers,
    loan: about.loan,
    timeoutMs: about.timeouts.firstAnswerTimeoutMs,
    endMs: about.timeouts.callTimeoutMs,
    caller: about.caller,
    ...(idSpan ? { idSpan } : {}),
    ...(progressTokenSpan ? { progressTokenSpan } : {}),
    ...(about.behalf ? { behalf: about.behalf } : {}),
    ...(about.ownSession === undefined ? {} : { session: about.ownSession }),
    ...(about.carried === undefined ? {} : { carried: about.carried }),
  }
}

/** A message or a request of a session that is no request of ours: no id, no body but the caller's. */
export const bareOutbound = (about: {
  exchange: Exchange
  session: Session
  httpMethod: Outbound['httpMethod']
  body: Uint8Array
  loan: Outbound['loan']
  timeouts: Timeouts
}): Outbound => ({
  httpMethod: about.httpMethod,
  era: 'legacy',
  body: about.body,
  id: undefined,
  method: '',
  headers: passedHeaders(about.exchange, about.session.upstreamId),
  loan: about.loan,
  timeoutMs: about.timeouts.firstAnswerTimeoutMs,
  endMs: about.httpMethod === 'GET' ? Number.POSITIVE_INFINITY : about.timeouts.callTimeoutMs,
})

const rewritten = (
  ask: Ask,
  name: string | undefined,
  id: string | undefined,
  others: readonly Edit[],
): Uint8Array => {
  const edits: Edit[] = [...others]
  const put = (text: string, ...path: string[]) => {
    const span = spanOf(ask.doc, ...path)
    if (span) edits.push({ span, text })
  }
  if (name !== undefined) put(JSON.stringify(name), ...nameIn(ask))
  if (id !== undefined) put(JSON.stringify(id), 'id')
  return edits.length === 0
    ? ask.doc.bytes
    : splice(
        ask.doc.bytes,
        edits.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end),
      )
}

/** Where it is written what the request is about. */
const nameIn = ({ revision, method, params }: Ask): string[] => {
  const row = findMethod('client', revision, method)
  if (row?.kind === 'task') return ['params', 'taskId']
  const member = row?.kind === 'call' ? row.name : 'name'
  if (member !== 'ref') return ['params', member]
  const isResource = isObject(params.ref) && params.ref.type === 'ref/resource'
  return ['params', 'ref', isResource ? 'uri' : 'name']
}

const mirror = (headers: string[], declared: readonly ParamHeader[], args: unknown): void => {
  for (let at = headers.length - 2; at >= 0; at -= 2)
    if (headers[at]?.startsWith('mcp-param-')) headers.splice(at, 2)
  for (const [name, value] of mirroredHeaders(declared, args as JsonValue | undefined))
    headers.push(name, value)
}

const retrace = (headers: string[], passed: Passed): void => {
  for (let at = headers.length - 2; at >= 0; at -= 2)
    if (headers[at] === 'traceparent' || headers[at] === 'tracestate') headers.splice(at, 2)
  headers.push(...traceHeaders(passed))
}

const rename = (headers: string[], name: string): void => {
  const at = headers.indexOf('mcp-name')
  if (at >= 0 && at % 2 === 0) headers[at + 1] = encodedField(name)
}
