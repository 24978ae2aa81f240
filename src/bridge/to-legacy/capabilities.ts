import type { JsonObject, JsonValue } from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'

/**
 * What a client can be asked, as it declared it for one request (MCP 2026-07-28, basic §_meta), in the
 * words of a handshake, and no more than is carried: no tasks, no extension. A session is opened with
 * it, so the text of it says which requests can share one.
 */
export interface Askable {
  readonly declared: JsonObject
  /** No two different ones have the same. */
  readonly text: string
}

export const askableOf = (clientCapabilities: JsonValue | undefined): Askable => {
  const said = isObject(clientCapabilities) ? clientCapabilities : {}
  const declared: Record<string, JsonValue> = {}
  if (isObject(said.elicitation)) declared.elicitation = elicitationOf(said.elicitation)
  if (isObject(said.sampling)) declared.sampling = settingsOf(said.sampling, ['context', 'tools'])
  // That its roots changed it cannot say any more.
  if (isObject(said.roots)) declared.roots = {}
  return { declared, text: JSON.stringify(declared) }
}

/** 2025-11-25, client/elicitation §Capabilities: an empty object means form mode alone, as in the modern era. */
const elicitationOf = (said: JsonObject): JsonObject => {
  const modes = settingsOf(said, ['form', 'url'])
  return Object.keys(modes).length === 0 ? { form: {} } : modes
}

const settingsOf = (said: JsonObject, known: readonly string[]): JsonObject =>
  Object.fromEntries(known.filter((key) => isObject(said[key])).map((key) => [key, {}]))

/**
 * Why a server may not ask this of the client, as a JSON-RPC error code; undefined where it may
 * (2025-11-25, client/elicitation §Error Handling, client/sampling §Capabilities).
 */
export const unaskable = (
  { declared }: Askable,
  method: string,
  params: JsonObject,
): number | undefined => {
  switch (method) {
    case 'elicitation/create': {
      if (!isObject(declared.elicitation)) return NO_METHOD
      return isObject(
        declared.elicitation[params.mode === undefined ? 'form' : String(params.mode)],
      )
        ? undefined
        : BAD_PARAMS
    }
    case 'sampling/createMessage': {
      if (!isObject(declared.sampling)) return NO_METHOD
      const wantsTools = params.tools !== undefined || params.toolChoice !== undefined
      return wantsTools && !isObject(declared.sampling.tools) ? BAD_PARAMS : undefined
    }
    case 'roots/list':
      return isObject(declared.roots) ? undefined : NO_METHOD
    default:
      return NO_METHOD
  }
}

const NO_METHOD = -32601
const BAD_PARAMS = -32602
