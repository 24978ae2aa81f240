import type { Capability } from '#domain/capability.ts'
import type { ServerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Store } from '#store/store.ts'
import { compare } from './compare.ts'
import { type Item, itemOf, joined, keyOf, type Rows } from './item.ts'
import { judge } from './judge.ts'
import type { Observation, Registry } from './registry.ts'

/** What is known of one plane; replaced piece by piece, each only after its rows are durable. */
interface PlaneState {
  readonly servers: Map<string, Rows>
  documents: ReadonlyMap<string, ServerDocument>
  /** The answer of `capabilities`, until something changes. */
  list: readonly Capability[] | undefined
  /** Ends when the last change of this plane has: they are made one after the other. */
  last: Promise<unknown>
}

const NOTHING: Observation = { added: [], changed: [], gone: [], refused: [] }

/** Reads the pins of all planes from the store. */
export async function createRegistry(options: {
  store: Store
  clock: Clock
  log: Log
}): Promise<Registry> {
  const { store, log } = options
  const planes = new Map<PlaneId, PlaneState>()
  const listeners = new Set<(plane: PlaneId) => void>()
  for (const plane of await store.planes.list()) await stateOf(plane).last

  /** Known from its first use on, and filled from the store before anything else is done with it. */
  function stateOf(plane: PlaneId): PlaneState {
    const known = planes.get(plane)
    if (known !== undefined) return known
    const state = emptyState()
    state.last = load(store, plane, state.servers).catch((cause: unknown) => {
      // Without its pins a plane would trust whatever it sees first.
      planes.delete(plane)
      throw cause
    })
    planes.set(plane, state)
    return state
  }

  /** Runs `work` when all earlier changes of the plane are done, or have failed. */
  function inTurn<T>(plane: PlaneId, work: (state: PlaneState) => Promise<T>): Promise<T> {
    const state = stateOf(plane)
    const turn = state.last.then(() => work(state))
    state.last = turn.then(
      () => {},
      (cause: unknown) => {
        if (planes.get(plane) !== state) throw cause
      },
    )
    state.last.catch(() => {})
    return turn
  }

  async function put(plane: PlaneId, state: PlaneState, server: string, items: readonly Item[]) {
    await store.plane(plane).capabilities.put(items.map(({ stored }) => stored))
    const rows = new Map(state.servers.get(server))
    for (const item of items) rows.set(keyOf(item.stored.kind, item.stored.name), item)
    state.servers.set(server, rows)
    state.list = undefined
    for (const listener of listeners) listener(plane)
  }

  return {
    capabilities(plane) {
      const state = planes.get(plane)
      if (state === undefined) return []
      state.list ??= listOf(state)
      return state.list
    },

    observe: (plane, server, discovered) =>
      inTurn(plane, async (state) => {
        const document = state.documents.get(server)
        // Its document went while it was being asked.
        if (document === undefined) return NOTHING
        const rows: Rows = state.servers.get(server) ?? new Map()
        const { accepted, refused } = await judge(rows, discovered)
        const { items, ...changes } = compare(rows, accepted, document)
        if (items.length > 0) await put(plane, state, server, items)
        report(log, plane, server, { ...changes, refused })
        return { ...changes, refused }
      }),

    follow: (plane, servers) =>
      inTurn(plane, async (state) => {
        const documents = new Map(servers.map((document) => [document.name, document]))
        for (const server of state.servers.keys()) {
          if (documents.has(server)) continue
          await store.plane(plane).capabilities.removeServer(server)
          state.servers.delete(server)
        }
        state.documents = documents
        state.list = undefined
      }),

    release: (plane, server, name, which = {}) =>
      inTurn(plane, async (state) => {
        const held = [...(state.servers.get(server)?.values() ?? [])].filter(
          ({ stored }) => stored.name === name && (which.kind ?? stored.kind) === stored.kind,
        )
        const released = releasedItem(held, `${server}/${name}`, which.fingerprint)
        await put(plane, state, server, [released])
        return joined(released, state.documents.get(server))
      }),

    onChange(listener) {
      listeners.add(listener)
    },
  }
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

function listOf({ servers, documents }: PlaneState): readonly Capability[] {
  const list: Capability[] = []
  for (const [server, rows] of servers) {
    const document = documents.get(server)
    if (document === undefined) continue
    for (const item of rows.values()) list.push(joined(item, document))
  }
  return list
}

async function load(store: Store, plane: PlaneId, servers: PlaneState['servers']): Promise<void> {
  const stored = await store.plane(plane).capabilities.list()
  for (const [server, rows] of Map.groupBy(stored, (one) => one.server)) {
    servers.set(server, new Map(rows.map((one) => [keyOf(one.kind, one.name), itemOf(one)])))
  }
}

function emptyState(): PlaneState {
  return { servers: new Map(), documents: new Map(), list: undefined, last: Promise.resolve() }
}

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
