import { isObject, type JsonDocument, spanOf } from '#lib/json.ts'
import { membersText } from '#lib/json-members.ts'
import {
  CLIENT_CAPABILITIES_KEY,
  CLIENT_INFO_KEY,
  LOG_LEVEL_KEY,
  PROTOCOL_VERSION_KEY,
} from '#mcp/envelope.ts'

const envelope = new Set([
  PROTOCOL_VERSION_KEY,
  CLIENT_CAPABILITIES_KEY,
  CLIENT_INFO_KEY,
  LOG_LEVEL_KEY,
])
/** Of a round (MCP 2026-07-28, basic/patterns/mrtr): they are for whoever asked. */
const ofRounds = new Set(['inputResponses', 'requestState'])

/**
 * A request of the modern era as a server of the legacy one reads it: without its envelope and what
 * answers a round, under an id of ours, which is its progress token too where it has one: others share
 * the session. Every other value is the caller's, byte for byte.
 */
export const legacyRequest = (doc: JsonDocument, method: string, id: number): Buffer => {
  const params = isObject(doc.value) && isObject(doc.value.params) ? doc.value.params : {}
  const members = membersText(doc, ['params'], params, (key) => {
    if (ofRounds.has(key)) return undefined
    return key === '_meta' && isObject(params._meta) ? metaText(doc, params._meta, id) : 'as it is'
  })
  const head = `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":`
  return Buffer.concat([Buffer.from(head), members, Buffer.from('}')])
}

const metaText = (
  doc: JsonDocument,
  meta: Parameters<typeof membersText>[2],
  id: number,
): Buffer | undefined => {
  const kept = membersText(doc, ['params', '_meta'], meta, (key) => {
    if (envelope.has(key)) return undefined
    return key === 'progressToken' ? Buffer.from(String(id)) : 'as it is'
  })
  return kept.length === '{}'.length ? undefined : kept
}

/** The caller's own progress token as JSON text; undefined where it gave none. */
export const progressTokenOf = (doc: JsonDocument): string | undefined => {
  const span = spanOf(doc, 'params', '_meta', 'progressToken')
  return span && Buffer.from(doc.bytes.subarray(span.start, span.end)).toString()
}
