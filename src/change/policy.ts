import {
  apiVersion,
  type Document,
  type Documents,
  documentSchemas,
  type Kind,
  kinds,
} from '#domain/documents.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { Store, StoredDocument } from '#store/store.ts'
import { canonical } from './canonical.ts'
import type { PlanePolicy, Policy } from './change.ts'

type KindInPlane = Exclude<Kind, 'Plane'>

const memberOf = {
  Server: 'servers',
  Consumer: 'consumers',
  Agent: 'agents',
  Grant: 'grants',
  Quota: 'quotas',
  Credential: 'credentials',
} as const satisfies Record<KindInPlane, keyof PlanePolicy>

/** A document and the set that manages it. */
export interface Standing {
  readonly document: Document
  readonly set: string | undefined
}

/** The plane a document stands in; a Plane stands in itself. */
export const planeOf = (document: Document): PlaneId =>
  planeId(document.kind === 'Plane' ? document.name : document.plane)

export const keyInPlane = (kind: Kind, name: string): string => `${kind}/${name}`

export function findStanding(
  policy: Policy,
  plane: PlaneId,
  kind: Kind,
  name: string,
): Standing | undefined {
  const here = policy.planes.get(plane)
  if (!here) return undefined
  const document =
    kind === 'Plane'
      ? here.plane.name === name
        ? here.plane
        : undefined
      : here[memberOf[kind]].get(name)
  return document && { document, set: here.sets.get(keyInPlane(kind, name)) }
}

/** All documents of a plane: the Plane first, then by kind, then by name in byte order. */
export function documentsOf(plane: PlanePolicy): Document[] {
  const inOrder = <D extends Document>(documents: ReadonlyMap<string, D>) =>
    [...documents.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return [
    plane.plane,
    ...kinds.flatMap((kind) => (kind === 'Plane' ? [] : inOrder<Document>(plane[memberOf[kind]]))),
  ]
}

export function namesOf(plane: PlanePolicy, kind: KindInPlane): Iterable<string> {
  return plane[memberOf[kind]].keys()
}

/** What the store keeps of a document: what it says, without where it stands. */
export function bodyOf(document: Document): Record<string, unknown> {
  const { apiVersion: _, kind: _kind, name: _name, ...rest } = document
  const { plane: _plane, ...body } = { plane: undefined, ...rest }
  return body
}

/** A policy with these documents put and those removed; the maps that are not touched are shared. */
export function patch(
  before: Policy,
  revision: number,
  put: readonly Standing[],
  remove: readonly Document[],
): Policy {
  const planes = new Map(before.planes)
  const puts = Map.groupBy(put, ({ document }) => planeOf(document))
  const removals = Map.groupBy(remove, planeOf)
  for (const plane of new Set([...puts.keys(), ...removals.keys()])) {
    const after = patchPlane(planes.get(plane), puts.get(plane) ?? [], removals.get(plane) ?? [])
    if (after) planes.set(plane, after)
    else planes.delete(plane)
  }
  return Object.freeze({ revision, planes })
}

function patchPlane(
  before: PlanePolicy | undefined,
  put: readonly Standing[],
  remove: readonly Document[],
): PlanePolicy | undefined {
  const after = { ...(before ?? emptyPlane()) }
  const sets = new Map(after.sets)
  const fresh = new Set<KindInPlane>()
  const mapFor = (kind: KindInPlane) => {
    const map = fresh.has(kind)
      ? after[memberOf[kind]]
      : new Map<string, Document>(after[memberOf[kind]])
    fresh.add(kind)
    Object.assign(after, { [memberOf[kind]]: map })
    return map as Map<string, Document>
  }
  let plane: Documents['Plane'] | undefined = before?.plane
  for (const { kind, name } of remove) {
    sets.delete(keyInPlane(kind, name))
    if (kind === 'Plane') plane = undefined
    else mapFor(kind).delete(name)
  }
  for (const { document, set } of put) {
    const { kind, name } = document
    if (set === undefined) sets.delete(keyInPlane(kind, name))
    else sets.set(keyInPlane(kind, name), set)
    if (kind === 'Plane') plane = frozen(document)
    else mapFor(kind).set(name, frozen(document))
  }
  return plane && Object.freeze({ ...after, plane, sets })
}

const emptyPlane = (): Omit<PlanePolicy, 'plane'> => ({
  servers: new Map(),
  consumers: new Map(),
  agents: new Map(),
  grants: new Map(),
  quotas: new Map(),
  credentials: new Map(),
  sets: new Map(),
})

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) frozen(member)
  return Object.freeze(value)
}

/**
 * Everything that stands in the store. Each row is checked anew: a row that a later version wrote may
 * hold a condition that this one would not know of, so it is Fault('bad_store') and not left out.
 */
export async function loadPolicy(store: Store, breathe: () => Promise<void>): Promise<Policy> {
  const revision = await store.revisions.newest()
  const standing: Standing[] = []
  for (const plane of await store.planes.list()) {
    const rows = await store.plane(plane).documents.list()
    // A plane that was removed has its ledger still, and no documents.
    if (rows.length > 0 && !rows.some(({ kind }) => kind === 'Plane')) throw withoutPlane(plane)
    for (const row of rows) {
      standing.push({ document: fromRow(plane, row), set: row.set })
      await breathe()
    }
  }
  return patch({ revision, planes: new Map() }, revision, standing, [])
}

function fromRow(plane: PlaneId, { kind, name, body }: StoredDocument): Document {
  const where = kind === 'Plane' ? {} : { plane }
  const parsed = documentSchemas[kind]?.safeParse({ apiVersion, kind, ...where, name, ...body })
  if (parsed?.success) return canonical(parsed.data)
  throw new Fault('bad_store', {
    detail: `${kind} ${plane}/${name} in the store is not a document that this version reads`,
    fix: 'start the version of Bailiwick that wrote it, or a later one',
  })
}

const withoutPlane = (plane: PlaneId) =>
  new Fault('bad_store', {
    detail: `the store has documents in plane ${plane} and no Plane of that name`,
    fix: 'restore the store from a backup',
  })
