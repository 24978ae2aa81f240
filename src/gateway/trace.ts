import type { Edit, JsonDocument } from '#lib/json.ts'
import { editObject } from '#lib/json-members.ts'
import { isObject } from '#mcp/messages.ts'
import type { TraceParent } from '#telemetry/traces.ts'
import { type CallAsk, type Exchange, header } from './exchange.ts'

/** W3C Trace Context §3.2: later versions may go on behind a further dash; version ff is none. */
const form = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/

/**
 * The trace that a caller says its call belongs to. What stands in the message is the call's own; a
 * header may be of a batch of them. What is malformed is ignored, as the standard demands.
 */
export const traceOf = (exchange: Exchange, ask: CallAsk): { readonly trace?: string } => {
  const said = ask.era === 'rest' ? undefined : inMessage(ask.params)
  const trace = traceId(said) ?? traceId(header(exchange, 'traceparent'))
  return trace === undefined ? none : { trace }
}
const none = {}

/** Where a trace was before it came here, and the `tracestate` that was sent with it. */
export interface Parent extends TraceParent {
  readonly tracestate: string | undefined
}

/** As `traceOf`, with the span that the call was made in. */
export const parentOf = (exchange: Exchange, ask: CallAsk): Parent | undefined => {
  const meta = ask.era !== 'rest' && isObject(ask.params._meta) ? ask.params._meta : {}
  return (
    parentIn(meta.traceparent, meta.tracestate) ??
    parentIn(header(exchange, 'traceparent'), header(exchange, 'tracestate'))
  )
}

const parentIn = (traceparent: unknown, tracestate: unknown): Parent | undefined => {
  const found = typeof traceparent === 'string' ? whole.exec(traceparent) : null
  const [, traceId, spanId, flags = ''] = found ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  const isSampled = (Number.parseInt(flags, 16) & 1) === 1
  const isSayable = typeof tracestate === 'string' && /^[\x20-\x7e]{1,512}$/.test(tracestate)
  return { traceId, spanId, isSampled, tracestate: isSayable ? tracestate : undefined }
}
/** §3.2.2.4: a parent of zeros is none. */
const whole =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/

/** What goes on to a server of the trace that a call is in, where the gateway is itself a part of it. */
export interface Passed {
  readonly traceparent: string
  /** Of the parent: the gateway adds nothing to it. */
  readonly tracestate: string | undefined
}

/** In the headers of a request: no word of a trace but this one. */
export const traceHeaders = ({ traceparent, tracestate }: Passed): string[] => [
  ...['traceparent', traceparent],
  ...(tracestate === undefined ? [] : ['tracestate', tracestate]),
]

/** In `_meta` of a message, where MCP has it; what else stands there stays as its caller wrote it. */
export const traceEdits = (
  doc: JsonDocument,
  params: Readonly<Record<string, unknown>>,
  { passed, dropsBaggage }: { passed: Passed | undefined; dropsBaggage: boolean },
): Edit[] => {
  // Of most messages nothing is dropped and nothing put in: their members need not be looked for.
  const drops = dropsBaggage && isObject(params._meta) && Object.hasOwn(params._meta, 'baggage')
  if (!passed && !drops) return []
  const first = passed ? membersOf(passed) : ''
  const isDropped = (name: string) =>
    (passed !== undefined && ofTrace.has(name)) || (dropsBaggage && name === 'baggage')
  if (isObject(params._meta))
    return editObject(doc, ['params', '_meta'], { drop: isDropped, first })
  if (!passed || params._meta !== undefined) return []
  return editObject(doc, ['params'], { drop: () => false, first: `"_meta":{${first}}` })
}
const ofTrace: ReadonlySet<string> = new Set(['traceparent', 'tracestate'])

const membersOf = ({ traceparent, tracestate }: Passed): string =>
  JSON.stringify({ traceparent, tracestate }).slice(1, -1)

const inMessage = (params: Readonly<Record<string, unknown>>): unknown =>
  isObject(params._meta) ? params._meta.traceparent : undefined

const traceId = (said: unknown): string | undefined =>
  typeof said === 'string' ? form.exec(said)?.[1] : undefined
