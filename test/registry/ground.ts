import { after } from 'node:test'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { ServerDocument } from '#domain/documents.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { createLog } from '#lib/log.ts'
import { createRegistry } from '#registry/create-registry.ts'
import type { Registry } from '#registry/registry.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
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
  readonly registry: Registry
  readonly lines: string[]
  /** Which planes were told of, in order. */
  readonly told: PlaneId[]
  /** As another process would find it in the store. */
  reopen(): Promise<Registry>
  find(name: string, kind?: CapabilityKind): Capability | undefined
}

export async function openWorld(documents: readonly ServerDocument[]): Promise<World> {
  const clock = createTestClock()
  const lines: string[] = []
  const log = createLog((line) => void lines.push(line), clock.now)
  const store = await openStore({ folder: 'memory', appendDeadlineMs: 1000, clock, log })
  after(() => store.close())
  const registry = await createRegistry({ store, clock, log })
  const told: PlaneId[] = []
  registry.onChange((plane) => void told.push(plane))
  await registry.follow(ops, documents)
  return {
    store,
    registry,
    lines,
    told,
    async reopen() {
      const again = await createRegistry({ store, clock, log })
      await again.follow(ops, documents)
      return again
    },
    find: (name, kind = 'tool') =>
      registry.capabilities(ops).find((one) => one.name === name && one.kind === kind),
  }
}
