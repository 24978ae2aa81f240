import type { JsonObject, JsonValue } from '#lib/json.ts'
import { encodedField, PROTOCOL_VERSION_KEY } from '#mcp/envelope.ts'
import { isObject } from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import { findParamHeaders, type ParamHeader } from '#mcp/param-headers.ts'
import { isRevision } from '#mcp/revisions.ts'

/**
 * The headers that repeat what a request of the modern era says in its body (MCP 2026-07-28,
 * transports/streamable-http §Standard Request Headers). `declared` are the arguments that the called
 * tool's schema wants repeated.
 */
export const modernHeaders = (
  method: string,
  params: JsonObject,
  declared: readonly ParamHeader[],
): Record<string, string> => {
  const version = isObject(params._meta) ? params._meta[PROTOCOL_VERSION_KEY] : undefined
  const headers: Record<string, string> = {
    'mcp-protocol-version': encodedField(String(version)),
    'mcp-method': encodedField(method),
  }
  const row = isRevision(version) ? findMethod('client', version, method) : undefined
  const name = row && 'mirrored' in row && row.mirrored && row.name ? params[row.name] : undefined
  if (typeof name === 'string') headers['mcp-name'] = encodedField(name)
  for (const { header, path } of declared) {
    const value = valueAt(params.arguments, path)
    if (value !== undefined && value !== null && typeof value !== 'object')
      headers[header] = encodedField(String(value))
  }
  return headers
}

const valueAt = (value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined =>
  path.reduce<JsonValue | undefined>(
    (inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  )

/** What the tools of a `tools/list` result want repeated, by tool name. */
export const learnMirrors = (
  result: JsonObject,
  known: Map<string, readonly ParamHeader[]>,
): void => {
  const { tools } = result
  if (!Array.isArray(tools)) return
  for (const tool of tools as readonly JsonValue[]) {
    if (!isObject(tool) || typeof tool.name !== 'string') continue
    const found = findParamHeaders(tool.inputSchema)
    known.set(tool.name, 'problem' in found ? [] : found)
  }
}
