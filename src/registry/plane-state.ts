import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { ServerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Store, StoredCapability } from '#store/store.ts'
import { alikeIn } from './alike.ts'
import { withVariants } from './derived.ts'
import {
  asTold,
  classificationOf,
  type Item,
  isRestless,
  itemOf,
  joined,
  keyOf,
  type Rows,
} from './item.ts'
import type { Accepted } from './judge.ts'
import type { Observation } from './registry.ts'

/** What is known of one plane; replaced piece by piece, each only after its rows are durable. */
export interface PlaneState {
  readonly servers: Map<string, Rows>
  documents: ReadonlyMap<string, ServerDocument>
  /** What the servers told last, as far as no row says it. */
  readonly heard: Map<string, Heard>
  /** The answers of `capabilities`: each server's until something of that server changes, and all of them. */
  readonly lists: Map<string, readonly Capability[]>
  list: readonly Capability[] | undefined
}

export interface Heard {
  /** Of what changes too often to be written: what is told now, undefined where that is nothing. */
  readonly told: ReadonlyMap<string, Accepted | undefined>
  readonly refused: Observation['refused']
  /** That of which it was found that nothing is new in it, as the server told it, and what it was compared with. */
  readonly same?: {
    readonly discovered: unknown
    readonly rows: Rows
    readonly document: ServerDocument
  }
}

const NO_ROWS: Rows = new Map()
const UNHEARD: Heard = { told: new Map(), refused: [] }

export const emptyState = (): PlaneState => ({
  servers: new Map(),
  documents: new Map(),
  heard: new Map(),
  lists: new Map(),
  list: undefined,
})

export async function load(store: Store, plane: PlaneId): Promise<PlaneState> {
  const state = emptyState()
  const stored = await store.plane(plane).capabilities.list()
  for (const [server, rows] of Map.groupBy(stored, (one) => one.server)) {
    state.servers.set(server, rowsOfStored(rows))
  }
  return state
}

export const rowsOfStored = (stored: readonly StoredCapability[]): Rows =>
  new Map(stored.map((one) => [keyOf(one.kind, one.name), itemOf(one)]))

export const rowsIn = (state: PlaneState | undefined, server: string): Rows =>
  state?.servers.get(server) ?? NO_ROWS

export const heardIn = (state: PlaneState | undefined, server: string): Heard =>
  state?.heard.get(server) ?? UNHEARD

/** The items of a server as it tells of them now. */
export function itemsOf(state: PlaneState | undefined, server: string): Item[] {
  const { told } = heardIn(state, server)
  return [...rowsIn(state, server)].map(([key, item]) =>
    told.has(key) && isRestless(item.stored) ? asTold(item, told.get(key)) : item,
  )
}

export function listOf(state: PlaneState, server: string): readonly Capability[] {
  const known = state.lists.get(server)
  if (known !== undefined) return known
  const document = state.documents.get(server)
  if (document === undefined) return []
  const list = listAs(state, document)
  state.lists.set(server, list)
  return list
}

/** As it would be if the document said this. */
export const listAs = (
  state: PlaneState | undefined,
  document: ServerDocument,
): readonly Capability[] =>
  withVariants(
    itemsOf(state, document.name).map((item) => joined(item, document)),
    document,
  )

export function listAll(state: PlaneState): readonly Capability[] {
  state.list ??= [...state.servers.keys()].flatMap((server) => listOf(state, server))
  return state.list
}

export function forget(state: PlaneState, server: string): void {
  state.lists.delete(server)
  state.list = undefined
}

/**
 * What looks like it at another server of the plane. Who was there first stays, but nobody's claim goes
 * before a person's: what its owner has classified takes the place of what nobody has, so that a
 * server cannot keep names from the others by listing whatever looks like them.
 */
export function alikeElsewhere(state: PlaneState | undefined, document: ServerDocument) {
  const others = [...(state?.servers ?? [])].filter(([other]) => other !== document.name)
  return (kind: CapabilityKind, name: string): string | undefined => {
    const isVouched = classificationOf(document, kind, name) !== undefined
    for (const [other, rows] of others) {
      const found = alikeIn(rows).find(kind, name)
      if (found === undefined) continue
      const its = state?.documents.get(other)
      const isOther = its !== undefined && classificationOf(its, kind, found) !== undefined
      if (isOther || !isVouched) return `${found} of ${other}`
    }
    return undefined
  }
}
