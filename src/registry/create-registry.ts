import type { Change, Policy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { ServerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { RowChange, Store, StoredCapability } from '#store/store.ts'
import { compare } from './compare.ts'
import { diffDefinitions } from './diff.ts'
import { type Item, itemOf, joined, keyOf, type Rows } from './item.ts'
import { judge } from './judge.ts'
import type { Observation, Registry } from './registry.ts'

/** What is known of one plane; replaced piece by piece, each only after its rows are durable. */
interface PlaneState {
  readonly servers: Map<string, Rows>
  documents: ReadonlyMap<string, ServerDocument>
  /** The answers of `capabilities`: each server's until something of that server changes, and all of them. */
  readonly lists: Map<string, readonly Capability[]>
  list: readonly Capability[] | undefined
}

const NOTHING: Observation = { added: [], changed: [], gone: [], refused: [] }

/** What the servers tell is nobody's deed; the revision that pins it says so. */
const byRegistry = 'registry'

/** Reads the pins of all planes from the store. */
export async function createRegistry(options: {
  store: Store
  change: Pick<Change, 'execute'>
  log: Log
}): Promise<Registry> {
  const { store, change, log } = options
  const planes = new Map<PlaneId, PlaneState>()
  for (const plane of await store.planes.list()) planes.set(plane, await load(store, plane))

  const rowsOf = (plane: PlaneId, server: string): Rows =>
    planes.get(plane)?.servers.get(server) ?? new Map()

  const pins = (plane: PlaneId, server: string, items: readonly Item[]): RowChange => ({
    topic: 'capability',
    plane,
    name: server,
    rows: items.map(({ stored }) => stored),
  })

  async function reload(plane: PlaneId, server: string): Promise<void> {
    const state = planes.get(plane) ?? emptyState()
    planes.set(plane, state)
    const stored = await store.plane(plane).capabilities.list(server)
    if (stored.length === 0) state.servers.delete(server)
    else state.servers.set(server, rowsOfStored(stored))
    state.lists.delete(server)
    state.list = undefined
  }

  return {
    capabilities(plane, server) {
      const state = planes.get(plane)
      if (state === undefined) return []
      if (server !== undefined) return listOf(state, server)
      state.list ??= [...state.servers.keys()].flatMap((one) => listOf(state, one))
      return state.list
    },

    async observe(plane, server, discovered) {
      let observation = NOTHING
      const plan = async (policy: Policy) => {
        const document = policy.planes.get(plane)?.servers.get(server)
        // Its document went while it was being asked.
        if (document === undefined) return undefined
        const rows = rowsOf(plane, server)
        const { accepted, refused } = await judge(rows, discovered)
        const { items, ...changes } = compare(rows, accepted, document)
        observation = { ...changes, refused }
        if (items.length === 0) return undefined
        const summary = summaryOf(server, observation, items.length)
        return { summary, diff: '', rows: [pins(plane, server, items)] }
      }
      await change.execute({ name: `observe ${plane}/${server}`, plan }, { by: byRegistry })
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

    consequence: (documents) =>
      documents.flatMap(({ plane, kind, name, after }): RowChange[] => {
        const goes = kind === 'Server' && after === undefined && rowsOf(plane, name).size > 0
        return goes ? [{ topic: 'capability', plane, name, rows: undefined }] : []
      }),

    async release(plane, server, name, about, which = {}) {
      let released: Item | undefined
      const plan = () => {
        const held = [...rowsOf(plane, server).values()].filter(
          ({ stored }) => stored.name === name && (which.kind ?? stored.kind) === stored.kind,
        )
        released = releasedItem(held, `${server}/${name}`, which.fingerprint)
        const diff = diffDefinitions(definitionOf(held, released), released.definition).join('\n')
        const summary = `released the changed definition of ${server} ${name}`
        return { summary, diff, rows: [pins(plane, server, [released])] }
      }
      await change.execute({ name: `release ${plane}/${server}/${name}`, plan }, about)
      const { kind } = released?.stored ?? {}
      const now = rowsOf(plane, server).get(keyOf(kind ?? 'tool', name))
      if (!now) throw new Fault('unknown_name', { detail: `${server}/${name} went meanwhile.` })
      return joined(now, planes.get(plane)?.documents.get(server))
    },
  }
}

const definitionOf = (held: readonly Item[], released: Item) =>
  held.find(({ stored }) => stored.kind === released.stored.kind)?.definition ?? released.definition

const summaryOf = (server: string, { added, changed, gone }: Observation, rows: number): string => {
  const told = [
    ...(added.length > 0 ? [`${added.length} new`] : []),
    ...(changed.length > 0 ? [`${changed.length} held, since changed`] : []),
    ...(gone.length > 0 ? [`${gone.length} gone`] : []),
  ]
  return `${server} tells of its capabilities: ${told.join(', ') || `${rows} told anew`}`
}

/** The one that is held, with what was observed as its pin; a Fault where that is none, several, or not what was shown. */
function releasedItem(items: readonly Item[], name: string, shown: string | undefined): Item {
  const held = items.filter(({ observed, stored }) => observed !== undefined && !stored.absent)
  const [item, another] = held
  if (item?.observed === undefined) {
    throw new Fault('unknown_name', { detail: `Nothing of ${name} is held.` })
  }
  if (another !== undefined) {
    const kinds = held.map(({ stored }) => stored.kind).join(' and a ')
    throw new Fault('unknown_name', {
      detail: `A ${kinds} of the name ${name} are held: say which.`,
    })
  }
  const { observedFingerprint, observedDefinition } = item.stored
  if (shown !== undefined && shown !== observedFingerprint) {
    throw new Fault('unknown_name', {
      detail: `${name} has changed again since it was shown.`,
      fix: 'Look at it again before you release it.',
    })
  }
  return itemOf({
    ...item.stored,
    fingerprint: observedFingerprint ?? item.stored.fingerprint,
    definition: observedDefinition ?? item.stored.definition,
    observedFingerprint: undefined,
    observedDefinition: undefined,
  })
}

function listOf({ servers, documents, lists }: PlaneState, server: string): readonly Capability[] {
  const known = lists.get(server)
  if (known !== undefined) return known
  const document = documents.get(server)
  if (document === undefined) return []
  const rows = servers.get(server)?.values() ?? []
  const list = [...rows].map((item) => joined(item, document))
  lists.set(server, list)
  return list
}

async function load(store: Store, plane: PlaneId): Promise<PlaneState> {
  const state = emptyState()
  const stored = await store.plane(plane).capabilities.list()
  for (const [server, rows] of Map.groupBy(stored, (one) => one.server)) {
    state.servers.set(server, rowsOfStored(rows))
  }
  return state
}

const rowsOfStored = (stored: readonly StoredCapability[]): Rows =>
  new Map(stored.map((one) => [keyOf(one.kind, one.name), itemOf(one)]))

const emptyState = (): PlaneState => ({
  servers: new Map(),
  documents: new Map(),
  lists: new Map(),
  list: undefined,
})

/** Names that were taken in are ASCII and short; of those that were refused only the number is logged. */
function report(log: Log, plane: PlaneId, server: string, observation: Observation): void {
  const { added, changed, gone, refused } = observation
  const about = { plane, server }
  if (added.length + gone.length > 0) {
    log.info('registry.observed', { ...about, added: added.length, gone: gone.length })
  }
  if (changed.length > 0) {
    log.warn('registry.held', {
      ...about,
      names: changed.slice(0, 10).join(' '),
      count: changed.length,
    })
  }
  if (refused.length > 0) log.warn('registry.refused', { ...about, count: refused.length })
}
