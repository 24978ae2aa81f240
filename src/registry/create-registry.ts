import type { Change, Policy } from '#change/change.ts'
import { fromRow } from '#change/policy.ts'
import type { ServerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { RowChange, Store } from '#store/store.ts'
import { type Comparison, compare } from './compare.ts'
import { diffDefinitions } from './diff.ts'
import { type Item, joined, keyOf, type Rows } from './item.ts'
import { judge } from './judge.ts'
import { operationsAs, operationsMoved, operationsRefused } from './operations.ts'
import {
  alikeElsewhere,
  emptyState,
  forget,
  heardIn,
  itemsOf,
  listAll,
  listAs,
  listOf,
  load,
  type PlaneState,
  rowsIn,
  rowsOfStored,
} from './plane-state.ts'
import type { Observation, Registry } from './registry.ts'
import { releasedItem } from './release.ts'
import { diffOf, report, summaryOf } from './tell.ts'

const NOTHING: Observation = { added: [], changed: [], gone: [], isMost: false, refused: [] }

/** What an observation came to, and what it was compared with. */
interface Compared extends Comparison, Pick<Observation, 'refused'> {
  readonly to: {
    readonly discovered: unknown
    readonly rows: Rows
    readonly document: ServerDocument
  }
}

/** What the servers tell is nobody's deed; the revision that pins it says so. */
const byRegistry = 'registry'

/** Reads the pins of all planes from the store. */
export async function createRegistry(options: {
  store: Store
  change: Pick<Change, 'execute' | 'current'>
  log: Log
}): Promise<Registry> {
  const { store, change, log } = options
  const planes = new Map<PlaneId, PlaneState>()
  for (const plane of await store.planes.list()) planes.set(plane, await load(store, plane))

  const stateOf = (plane: PlaneId): PlaneState => {
    const state = planes.get(plane) ?? emptyState()
    planes.set(plane, state)
    return state
  }

  const pins = (plane: PlaneId, server: string, items: readonly Item[]): RowChange => ({
    topic: 'capability',
    plane,
    name: server,
    rows: items.map(({ stored }) => stored),
  })

  async function reload(plane: PlaneId, server: string): Promise<void> {
    const state = stateOf(plane)
    const stored = await store.plane(plane).capabilities.list(server)
    if (stored.length === 0) {
      state.servers.delete(server)
      state.heard.delete(server)
    } else state.servers.set(server, rowsOfStored(stored))
    forget(state, server)
  }

  const documentIn = (policy: Policy, plane: PlaneId, server: string): ServerDocument | undefined =>
    policy.planes.get(plane)?.servers.get(server)

  async function compared(
    plane: PlaneId,
    document: ServerDocument,
    discovered: Parameters<Registry['observe']>[2],
  ): Promise<Compared> {
    const state = planes.get(plane)
    const rows = rowsIn(state, document.name)
    const { accepted, refused } = await judge(rows, discovered, alikeElsewhere(state, document))
    return { ...compare(rows, accepted, document), refused, to: { discovered, rows, document } }
  }

  /** What it was compared with still stands: others have their turn while ten thousand are judged. */
  function stands(plane: PlaneId, { rows, document }: Compared['to']): boolean {
    const { name } = document
    const isDocument = documentIn(change.current(), plane, name) === document
    return isDocument && rows === rowsIn(planes.get(plane), name)
  }

  function isSame(plane: PlaneId, document: ServerDocument, discovered: unknown): boolean {
    const state = planes.get(plane)
    const { same } = heardIn(state, document.name)
    return (
      same?.discovered === discovered &&
      same?.document === document &&
      same.rows === rowsIn(state, document.name)
    )
  }

  function hear(plane: PlaneId, { items, told, refused, to }: Compared): void {
    const { name: server } = to.document
    if (documentIn(change.current(), plane, server) === undefined) return
    const state = stateOf(plane)
    const before = heardIn(state, server)
    if (told.size > 0 || before.told.size > 0) forget(state, server)
    const isTold = JSON.stringify(refused) === JSON.stringify(before.refused)
    if (!isTold) log.warn('registry.refused', { plane, server, count: refused.length })
    // What was refused may be taken in when something else goes.
    const isNothing = items.length === 0 && refused.length === 0
    state.heard.set(server, { told, refused, ...(isNothing && { same: to }) })
  }

  return {
    capabilities(plane, server) {
      const state = planes.get(plane)
      if (state === undefined) return []
      return server === undefined ? listAll(state) : listOf(state, server)
    },

    capabilitiesAs(plane, document) {
      const state = planes.get(plane)
      const stands = state?.documents.get(document.name) === document
      if (state && stands) return listOf(state, document.name)
      return document.kind === 'API' ? operationsAs(state, document) : listAs(state, document)
    },

    async refused(plane, item) {
      const state = planes.get(plane)
      const document = change.current().planes.get(plane)?.apis.get(item)
      return document ? await operationsRefused(state, document) : heardIn(state, item).refused
    },

    versions: (plane, server, name) => store.plane(plane).capabilityVersions.list(server, name),

    async observe(plane, server, discovered) {
      const document = documentIn(change.current(), plane, server)
      if (document === undefined) return NOTHING
      // A server that tells the very same is looked at before every call; that must cost next to nothing.
      if (isSame(plane, document, discovered)) return NOTHING
      let found = await compared(plane, document, discovered)
      const plan = async (policy: Policy) => {
        const now = documentIn(policy, plane, server)
        // Its document went while it was being asked.
        if (now === undefined) return undefined
        found = await compared(plane, now, discovered)
        const { items, held } = found
        if (items.length === 0) return undefined
        const rows = [pins(plane, server, items)]
        return { summary: summaryOf(server, found), diff: diffOf(held), rows }
      }
      // What is as it was waits for no turn at the door: calls may be waiting for the answer.
      if (found.items.length > 0 || !stands(plane, found.to))
        await change.execute({ name: `observe ${plane}/${server}`, plan }, { by: byRegistry })
      hear(plane, found)
      const { added, changed, gone, isMost, refused } = found
      const observation = { added, changed, gone, isMost, refused }
      report(log, plane, server, observation)
      return observation
    },

    async follow(plane, servers, changes) {
      const moved = changes.filter((one) => one.topic === 'capability' && one.plane === plane)
      for (const server of new Set(moved.map(({ name }) => name))) await reload(plane, server)
      const state = planes.get(plane) ?? (await load(store, plane))
      planes.set(plane, state)
      const documents = new Map(servers.map((document) => [document.name, document]))
      for (const server of state.lists.keys())
        if (state.documents.get(server) !== documents.get(server)) state.lists.delete(server)
      state.documents = documents
      state.list = undefined
    },

    async consequence(documents) {
      const rows: RowChange[] = []
      for (const { plane, kind, name, after } of documents) {
        const state = planes.get(plane)
        const goes = (kind === 'Server' || kind === 'API') && after === undefined
        if (goes && rowsIn(state, name).size > 0)
          rows.push({ topic: 'capability', plane, name, rows: undefined })
        if (kind !== 'API' || after === undefined) continue
        const document = fromRow(plane, { kind, name, body: after.body })
        const items = document.kind === 'API' ? await operationsMoved(state, document) : []
        if (items.length > 0) rows.push(pins(plane, name, items))
      }
      return rows
    },

    async release(plane, server, name, about, which = {}) {
      let released: Item | undefined
      const plan = () => {
        const held = itemsOf(planes.get(plane), server).filter(
          ({ stored }) => stored.name === name && (which.kind ?? stored.kind) === stored.kind,
        )
        released = releasedItem(held, `${server}/${name}`, which.fingerprint)
        const { stored, definition } = released
        const before = held.find((one) => one.stored.kind === stored.kind)
        const diff = diffDefinitions(before?.definition ?? definition, definition).join('\n')
        const moves = `${before?.stored.fingerprint} → ${stored.fingerprint}`
        const summary = `released the changed definition of ${server} ${name}: ${moves}`
        return { summary, diff, rows: [pins(plane, server, [released])] }
      }
      await change.execute({ name: `release ${plane}/${server}/${name}`, plan }, about)
      const { kind } = released?.stored ?? {}
      const state = planes.get(plane)
      const now = rowsIn(state, server).get(keyOf(kind ?? 'tool', name))
      if (!now) throw new Fault('unknown_name', { detail: `${server}/${name} went meanwhile.` })
      return joined(now, state?.documents.get(server))
    },

    async releaseAll(plane, server, about, shown) {
      const plan = () => {
        const items = itemsOf(planes.get(plane), server)
        const found = shown.map(({ kind, name, fingerprint }) => {
          const held = items.filter(({ stored }) => stored.kind === kind && stored.name === name)
          return { before: held[0], after: releasedItem(held, `${server}/${name}`, fingerprint) }
        })
        const diff = diffOf(found.flatMap(({ before }) => before ?? []))
        const summary = `released ${found.length} changed definitions of ${server}`
        return {
          summary,
          diff,
          rows: [
            pins(
              plane,
              server,
              found.map(({ after }) => after),
            ),
          ],
        }
      }
      await change.execute({ name: `release ${plane}/${server}`, plan }, about)
    },
  }
}
