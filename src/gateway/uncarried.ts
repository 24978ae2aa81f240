import type { JsonValue } from '#lib/json.ts'
import { INVALID_PARAMS, type ProtocolRefusal } from '#mcp/messages.ts'
import { checkParamHeaders } from '#mcp/param-headers.ts'
import type { Permitted } from '#policy/policy.ts'
import type { Ask, Exchange } from './exchange.ts'
import { mirroredBy } from './mirrored.ts'

/** What the protocol itself refuses in a call that is permitted; undefined where nothing does. */
export const uncarriedOf = (
  exchange: Exchange,
  ask: Ask,
  decision: Permitted,
): ProtocolRefusal | undefined => {
  // Tasks of 2025-11-25: a result that nobody could fetch through here is not begun.
  if (ask.params.task !== undefined)
    return {
      status: 200,
      code: INVALID_PARAMS,
      message: 'Tasks are not carried by this gateway; call without task',
    }
  if (ask.era !== 'modern' || ask.method !== 'tools/call') return undefined
  const declared = mirroredBy(decision.capability)
  const args = ask.params.arguments as JsonValue | undefined
  return declared.length === 0
    ? undefined
    : checkParamHeaders(declared, args, exchange.request.headers)
}
