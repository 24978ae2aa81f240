import { after } from 'node:test'
import type { Change } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { ServerDocument } from '#domain/documents.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { createLog } from '#lib/log.ts'
import { createRegistry } from '#registry/create-registry.ts'
import type { Registry } from '#registry/registry.ts'
import { openStore } from '#store/open.ts'
import type { Commit, Store } from '#store/store.ts'
import { openDoor } from '../change/door.ts'
import { createTestClock } from '../store/clock.ts'

export const ops: PlaneId = planeId('ops')
export const finance: PlaneId = planeId('finance')

export type Definition = Record<string, unknown>

export const tool = (name: string, more: Definition = {}) => ({
  kind: 'tool' as const,
  definition: { name, description: `Does ${name}.`, inputSchema: { type: 'object' }, ...more },
})
export const listed = (kind: CapabilityKind, definition: Definition) => ({ kind, definition })

export const server = (name: string, more: Partial<ServerDocument> = {}): ServerDocument => ({
  apiVersion: 'bailiwick/v1',
  kind: 'Server',
  plane: ops,
  name,
  owner: 'tests',
  upstream: { url: 'http://127.0.0.1:1/mcp' },
  ...more,
})

/** Names that a person has classified as read. */
export const reads = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { class: 'read' as const }]))

export interface World {
  readonly store: Store
  readonly change: Change
  readonly registry: Registry
  readonly lines: string[]
  /** Which planes were told of, in order. */
  readonly told: PlaneId[]
  /** As another process would find it in the store. */
  reopen(): Promise<Registry>
  find(name: string, kind?: CapabilityKind): Capability | undefined
}

/** In memory, or in the PostgreSQL database at `url`. */
export async function openWorld(
  documents: readonly ServerDocument[],
  url?: string,
): Promise<World> {
  const clock = createTestClock()
  const lines: string[] = []
  const log = createLog((line) => void lines.push(line), clock.now)
  const where = { folder: 'memory', ...(url === undefined ? {} : { url }) }
  const store = await openStore({ ...where, appendDeadlineMs: 1000, clock, log })
  after(() => store.close())
  await store.commit(commitOf(documents, clock.now()))
  const change = await openDoor(store, clock)
  const registry = await createRegistry({ store, change, log })
  const told: PlaneId[] = []
  const served = () => [...(change.current().planes.get(ops)?.servers.values() ?? [])]
  await registry.follow(ops, served(), [])
  change.onDocuments(registry.consequence)
  change.onChange(async ({ planes, changes }) => {
    if (changes.some(({ topic }) => topic === 'capability')) told.push(...planes)
    for (const plane of planes) await registry.follow(plane, plane === ops ? served() : [], changes)
  })
  return {
    store,
    change,
    registry,
    lines,
    told,
    async reopen() {
      const again = await createRegistry({ store, change, log })
      await again.follow(ops, served(), [])
      return again
    },
    find: (name, kind = 'tool') =>
      registry.capabilities(ops).find((one) => one.name === name && one.kind === kind),
  }
}

/** The servers' documents and their plane, as somebody applied them. */
const commitOf = (servers: readonly ServerDocument[], at: number): Commit => ({
  ...{ by: 'test', at, why: '', set: undefined, summary: '', diff: '', key: undefined },
  ...{ rows: [], onto: 0 },
  documents: [
    {
      ...{ plane: ops, kind: 'Plane', name: ops, before: undefined },
      after: { body: {}, set: undefined },
    },
    ...servers.map(({ apiVersion: _, kind, plane: _plane, name, ...body }) => ({
      ...{ plane: ops, kind, name, before: undefined },
      after: { body, set: undefined },
    })),
  ],
})
