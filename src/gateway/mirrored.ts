import type { Capability } from '#domain/capability.ts'
import type { JsonValue } from '#lib/json.ts'
import { findParamHeaders, type ParamHeader } from '#mcp/param-headers.ts'

/** Arguments that a tool wants mirrored, worked out once for each definition; an invalid annotation mirrors nothing. */
export const mirroredBy = (capability: Capability): readonly ParamHeader[] => {
  let declared = known.get(capability)
  if (!declared) {
    const found = findParamHeaders(capability.definition.inputSchema as JsonValue | undefined)
    declared = 'problem' in found ? [] : found
    known.set(capability, declared)
  }
  return declared
}
const known = new WeakMap<Capability, readonly ParamHeader[]>()
