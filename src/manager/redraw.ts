import { toYaml } from '#change/canonical.ts'
import type { CapabilityKind } from '#domain/capability.ts'
import { clientId, splitClientId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import {
  type CellEdit,
  filesOf,
  type Regrant,
  regrant,
  type Unchangeable,
} from '#policy/regrant.ts'
import { type Desk, findPlane, itemsOf, listClients } from './desk.ts'
import type { Draft } from './draft.ts'

export interface RedrawAsk {
  readonly plane?: string | undefined
  readonly cells: readonly {
    readonly client: string
    readonly server: string
    readonly kind: CapabilityKind
    readonly name: string
    readonly allow: boolean
  }[]
  /** Why, as it would stand in new grants. */
  readonly reason: string
  /** When new grants would end. */
  readonly until?: string | undefined
}

export interface RedrawAnswer {
  readonly plane: string
  /** What it is made on: `apply` with it refuses where a document was changed after it. */
  readonly revision: number
  readonly files: Draft['files']
  readonly changes: readonly (Pick<Regrant, 'op' | 'name' | 'isFrozen'> & {
    readonly before: string | undefined
    readonly after: string
  })[]
  readonly cannot: readonly Unchangeable[]
}

/** The documents that make cells of the matrix what they are wanted to be. Nothing is changed. */
export const redraw = (desk: Desk, input: RedrawAsk): RedrawAnswer => {
  const { change, registry } = desk.installation
  const current = change.current()
  const { id, policy } = findPlane(current, input.plane)
  const clients = new Set<string>(listClients(policy))
  const edits = input.cells.map((cell): CellEdit => {
    const parts = splitClientId(cell.client)
    if (!parts || !clients.has(cell.client))
      throw new Fault('unknown_name', {
        detail: `There is no agent "${cell.client}" in plane ${id}.`,
      })
    return { ...cell, client: clientId(parts.agent, parts.consumer) }
  })
  const regranted = regrant(policy, edits, {
    capabilities: itemsOf(policy).flatMap(({ name }) => registry.capabilities(id, name)),
    now: desk.clock.now(),
    reason: input.reason,
    until: input.until,
    revision: current.revision,
  })
  return {
    plane: id,
    revision: current.revision,
    files: filesOf(regranted),
    changes: regranted.changes.map(({ op, name, isFrozen, before, after }) => ({
      op,
      name,
      isFrozen,
      before: before && toYaml(before),
      after: toYaml(after),
    })),
    cannot: regranted.cannot,
  }
}
