import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { ServerDocument } from '#domain/documents.ts'
import { capabilityName, type Suspension, suspensionKey } from '#domain/suspension.ts'
import type { CompiledQuota } from './grant.ts'
import type { Shelf } from './shelf.ts'

/**
 * A server as every caller meets it: what it has, what counts its calls and what stops them. It stands
 * for one state of all these; whatever changes one of them makes a new one, so that what was worked out
 * from it holds for as long as it is the same object.
 */
export interface Served {
  readonly name: string
  readonly owner: string
  readonly labels: readonly string[]
  readonly shelf: Shelf
  quotasOf(capability: Capability): readonly CompiledQuota[]
  /** Of the server as a whole. */
  readonly suspension: Suspension | undefined
  /** Of the server, or of this capability alone. */
  suspensionOf(capability: Capability): Suspension | undefined
}

export const createServed = (about: {
  document: ServerDocument
  shelf: Shelf
  quotas: readonly CompiledQuota[]
  suspensions: PlanePolicy['suspensions']
}): Served => {
  const { document, shelf, quotas, suspensions } = about
  const { name, owner, labels = [] } = document
  const counted = new Map<Capability, readonly CompiledQuota[]>()
  const suspension = suspensions.get(suspensionKey('server', name))
  return {
    name,
    owner,
    labels,
    shelf,
    quotasOf(capability) {
      let found = counted.get(capability)
      if (!found) {
        found = quotas.filter(
          ({ servers, selects }) => (!servers || servers.has(name)) && selects(capability, labels),
        )
        counted.set(capability, found)
      }
      return found
    },
    suspension,
    suspensionOf: (capability) =>
      suspension ?? suspensions.get(suspensionKey('capability', capabilityName(capability))),
  }
}
