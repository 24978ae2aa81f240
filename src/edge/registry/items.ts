import type { PlanePolicy } from '#change/change.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import { suspensionKey } from '#domain/suspension.ts'
import type { CallerView } from '#policy/policy.ts'

export type Item = ServerDocument | ApiDocument

/** Who asks: a caller with what it may do, or a stranger, to whom a plane tells its public subset. */
export interface Asker {
  readonly view: CallerView | undefined
  readonly now: number
}

/**
 * What is told to this asker, in byte order of name, from behind `after` on. Looked at one by one, so
 * that a page of many costs what a page costs.
 */
export function* itemsAfter(
  plane: PlanePolicy,
  asker: Asker,
  after: string | undefined,
): Generator<Item> {
  for (const name of asker.view ? namesOf(plane) : publicOf(plane)) {
    if (after !== undefined && name <= after) continue
    const item = findItem(plane, asker, name)
    if (item) yield item
  }
}

/** Undefined for what does not exist and for what this asker may not discover: nobody can tell them apart. */
export const findItem = (plane: PlanePolicy, asker: Asker, name: string): Item | undefined => {
  const { view, now } = asker
  const isTold = view
    ? view.sees(name, now) && !view.suspension(name)
    : publicOf(plane).includes(name) && !isSuspended(plane, name)
  return isTold ? offered(plane, name) : undefined
}

/** Sorted once for each state of a plane. */
const namesOf = (plane: PlanePolicy): readonly string[] => {
  let names = sorted.get(plane)
  if (!names) {
    names = [...plane.servers.keys(), ...plane.apis.keys()].sort()
    sorted.set(plane, names)
  }
  return names
}
const sorted = new WeakMap<PlanePolicy, readonly string[]>()

const publicOf = ({ plane }: PlanePolicy): string[] => [...(plane.registry?.public ?? [])].sort()

const isSuspended = ({ plane, suspensions }: PlanePolicy, name: string): boolean =>
  suspensions.has(suspensionKey('server', name)) ||
  suspensions.has(suspensionKey('plane', plane.name))

/** What agents can meet at an MCP endpoint: a server, or an API whose operations are offered as tools. */
const offered = (plane: PlanePolicy, name: string): Item | undefined => {
  const item = plane.servers.get(name) ?? plane.apis.get(name)
  if (!item || (item.kind === 'API' && item.tools !== true)) return undefined
  const { lifeCycle = 'published' } = item
  return lifeCycle === 'published' || lifeCycle === 'deprecated' ? item : undefined
}
