import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { Fault } from '#lib/fault.ts'
import { type Desk, findCapability, findItem, findPlane } from './desk.ts'

export interface DefinitionAnswer {
  readonly plane: string
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  readonly fingerprint: string
  /** As it is pinned: what agents are told, where they are told of it. */
  readonly definition: Capability['definition']
  /** What the server tells now, where it is held. */
  readonly observed: Capability['observed']
}

/** A capability's definition whole, as its server gave it. */
export const showDefinition = (
  desk: Desk,
  input: { plane?: string | undefined; server: string; kind: CapabilityKind; name: string },
): DefinitionAnswer => {
  const { change, registry } = desk.installation
  const { id, policy } = findPlane(change.current(), input.plane)
  const { name: server, kind } = findItem(policy, input.server)
  const found = findCapability(registry.capabilities(id, server), input)
  if (!found)
    throw new Fault('unknown_name', {
      detail: `${kind} ${id}/${server} offers no ${input.kind} "${input.name}".`,
      fix: `bailiwick server show ${id}/${server}`,
    })
  const { fingerprint, definition, observed } = found
  return {
    plane: id,
    server,
    kind: input.kind,
    name: input.name,
    fingerprint,
    definition,
    observed,
  }
}
