import { isObject } from '#mcp/messages.ts'
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

const inMessage = (params: Readonly<Record<string, unknown>>): unknown =>
  isObject(params._meta) ? params._meta.traceparent : undefined

const traceId = (said: unknown): string | undefined =>
  typeof said === 'string' ? form.exec(said)?.[1] : undefined
