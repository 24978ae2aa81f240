import { holdsSessions } from '#bridge/bridge.ts'
import type { Capability } from '#domain/capability.ts'
import type { RequestId } from '#mcp/messages.ts'
import type { Permitted } from '#policy/policy.ts'
import type { Outbound } from '#upstream/upstream.ts'
import type { Asked, Lent } from './asked.ts'
import { cancellationOf, unheard } from './cancellation.ts'
import type { CallAsk } from './exchange.ts'
import type { Answer } from './forward.ts'
import { inNameOf } from './lend.ts'
import { type Stand, unpermitted } from './standing.ts'
import { permit, type Target, upstreamName } from './target.ts'
export const idOf = (ask: CallAsk): RequestId | undefined =>
  ask.era === 'rest' ? undefined : ask.id

/**
 * At the plane's endpoint a server speaks of the call alone: what else it tells on a session that the
 * gateway holds there is nobody's.
 */
export const isOfCall = (method: string): boolean =>
  method === 'notifications/progress' || method === 'notifications/message'

/** Undefined where it goes by the name that the caller wrote; a task goes by its server's id. */
export const renamedAs = (target: Target, decision: Permitted): string | undefined => {
  if (typeof target.task === 'object') return target.task.at
  const name = upstreamName(target, decision)
  return name === target.written ? undefined : name
}

export const isVariant = ({ classification }: Capability): boolean =>
  classification?.variantOf !== undefined

/** The server's own status where the protocol gives an error one (−32020 with 400, −32601 with 404 …); 200 otherwise. */
export const statusOf = (answer: Answer): number =>
  answer.status === 'protocol error' && (answer.httpStatus === 400 || answer.httpStatus === 404)
    ? answer.httpStatus
    : 200

/** A call stands on the decision that permitted it: as it would be decided now. */
export const needsPermission =
  ({ target }: Asked): Stand['reason'] =>
  (view, now) =>
    unpermitted(permit(view, target, now))

/** A child is told by its connection, and a modern server by the end of the stream. */
export const tellCancelled = (
  { caller }: Asked,
  { upstream, loan }: Lent,
  sent: Outbound,
  reason: string,
): void => {
  // The call's own token was sent already, and is good once.
  const untold = { ...sent, loan: inNameOf(loan, caller) }
  if (sent.era === 'legacy' && holdsSessions(upstream))
    upstream.send(cancellationOf(untold, reason), unheard)
}
