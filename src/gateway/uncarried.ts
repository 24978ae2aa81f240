import type { JsonValue } from '#lib/json.ts'
import { INVALID_PARAMS, METHOD_NOT_FOUND, type ProtocolRefusal } from '#mcp/messages.ts'
import { checkParamHeaders } from '#mcp/param-headers.ts'
import type { Permitted } from '#policy/policy.ts'
import type { Ask, Exchange } from './exchange.ts'
import { mirroredBy } from './mirrored.ts'
import { isSubscription } from './plane-subscriptions.ts'
import { asksForTask } from './task-call.ts'

/**
 * At servers' own endpoints alone: a skill names its files by its server's own URIs, and of a child that
 * callers share there are no updates.
 */
const isAtServers = ({ method }: Ask, { tellsUpdates }: Carries): boolean =>
  method === 'skills/get' ||
  method === 'resources/directory/read' ||
  (isSubscription({ method }) && !tellsUpdates())

/** What the gateway can carry of this call, beyond what its method says. */
interface Carries {
  readonly mayBeginTask: boolean
  tellsUpdates(): boolean
}

/** What the protocol itself refuses in a call that is permitted; undefined where nothing does. */
export const uncarriedOf = (
  exchange: Exchange,
  ask: Ask,
  decision: Permitted,
  carries: Carries,
): ProtocolRefusal | undefined => {
  // Tasks of 2025-11-25: a result that nobody could fetch through here is not begun. Of a task that is
  // asked for nothing begins, and what it says of that is ignored, as the revision has it.
  if (ask.params.task !== undefined && !carries.mayBeginTask && !asksForTask(ask))
    return {
      status: 200,
      code: INVALID_PARAMS,
      message: 'No task can be begun by this call here; call without task',
    }
  if (exchange.server === undefined && isAtServers(ask, carries))
    return {
      status: ask.era === 'modern' ? 404 : 200,
      code: METHOD_NOT_FOUND,
      message: `${ask.method} is for its server's own endpoint`,
    }
  if (ask.era !== 'modern' || ask.method !== 'tools/call') return undefined
  const declared = ask.isUnfolded ? [] : mirroredBy(decision.capability)
  const args = ask.params.arguments as JsonValue | undefined
  return declared.length === 0
    ? undefined
    : checkParamHeaders(declared, args, exchange.request.headers)
}
