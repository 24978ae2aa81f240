import type { CapabilityKind } from '#domain/capability.ts'
import { Fault } from '#lib/fault.ts'
import type { Era } from '#mcp/revisions.ts'
import { triedBy } from '#policy/trial.ts'
import { everything, type Sight } from './asking.ts'
import { clientIn } from './can.ts'
import { type Desk, findItem, findPlane } from './desk.ts'

export interface SeeAsk {
  readonly plane?: string | undefined
  readonly client: string
  /** Its own endpoint; undefined for the plane's. */
  readonly server?: string | undefined
  readonly kind: Exclude<CapabilityKind, 'operation'>
  readonly era: Era
}

export interface SeeAnswer {
  readonly plane: string
  readonly client: string
  readonly endpoint: string
  readonly kind: SeeAsk['kind']
  readonly era: Era
  /** As the agent is told of them, in that order, all pages one behind the other. */
  readonly definitions: readonly Readonly<Record<string, unknown>>[]
}

/** What an agent's list is, exactly: by the same lines as the gateway's answer to it. */
export const see = async (
  desk: Desk,
  input: SeeAsk,
  sight: Sight = everything,
): Promise<SeeAnswer> => {
  const { installation } = desk
  const { server, kind, era } = input
  const { id, policy } = findPlane(installation.change.current(), input.plane)
  if (server !== undefined) findItem(policy, server)
  const client = clientIn(policy, input.client, sight)
  const { snapshot } = await installation.trials.propose(id)
  const view = snapshot.caller(triedBy({ client }))
  if (!view) throw new Fault('unknown_name', { detail: `There is no agent "${input.client}".` })
  const path = server === undefined ? id : `${id}/${server}`
  const definitions = installation.listed({ plane: id, server }, view, era, kind)
  return {
    plane: id,
    client,
    endpoint: `${installation.origin}/mcp/${path}`,
    kind,
    era,
    definitions,
  }
}
