import {
  type Document,
  type Documents,
  documentSchemas,
  type Kind,
  kinds,
} from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { type Suspension, type SuspensionKind, suspensionKey } from '#domain/suspension.ts'
import { Fault } from '#lib/fault.ts'
import { type SortedMap, sortedMap } from '#lib/sorted-map.ts'
import type { Store, StoredDocument } from '#store/store.ts'
import { canonical } from './canonical.ts'
import type { PlanePolicy, Policy } from './change.ts'

type KindInPlane = Exclude<Kind, 'Plane'>

const memberOf = {
  Team: 'teams',
  RoleBinding: 'roleBindings',
  Server: 'servers',
  API: 'apis',
  Consumer: 'consumers',
  Agent: 'agents',
  AgentGroup: 'agentGroups',
  Grant: 'grants',
  Rule: 'rules',
  Quota: 'quotas',
  Credential: 'credentials',
  Issuer: 'issuers',
  PolicyTest: 'policyTests',
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
  return [
    plane.plane,
    ...kinds.flatMap((kind) => (kind === 'Plane' ? [] : [...plane[memberOf[kind]].values()])),
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

/** What is put and what is removed. */
export interface Patch {
  readonly put: readonly (Standing & { readonly revision: number })[]
  readonly remove: readonly Document[]
  /** What may not, or may again (`undefined`). */
  readonly suspend: readonly {
    readonly plane: PlaneId
    readonly kind: SuspensionKind
    readonly name: string
    readonly suspension: Suspension | undefined
  }[]
}

/** A policy with a patch applied; the maps that are not touched are shared. */
export function patch(before: Policy, revision: number, { put, remove, suspend }: Patch): Policy {
  const planes = new Map(before.planes)
  const puts = Map.groupBy(put, ({ document }) => planeOf(document))
  const removals = Map.groupBy(remove, planeOf)
  const suspended = Map.groupBy(suspend, ({ plane }) => plane)
  for (const plane of new Set([...puts.keys(), ...removals.keys(), ...suspended.keys()])) {
    const after = patchPlane(planes.get(plane), {
      put: puts.get(plane) ?? [],
      remove: removals.get(plane) ?? [],
      suspend: suspended.get(plane) ?? [],
    })
    if (after) planes.set(plane, after)
    else planes.delete(plane)
  }
  return Object.freeze({ revision, planes })
}

function patchPlane(
  before: PlanePolicy | undefined,
  { put, remove, suspend }: Patch,
): PlanePolicy | undefined {
  const after = { ...(before ?? emptyPlane()) }
  for (const [kind, changes] of changesByKind(put, remove)) {
    const documents: SortedMap<Document> = after[memberOf[kind]]
    Object.assign(after, { [memberOf[kind]]: documents.with(changes) })
  }
  const keyed = <V>(of: (one: Patch['put'][number]) => V) => [
    ...remove.map(({ kind, name }) => [keyInPlane(kind, name), undefined] as const),
    ...put.map((one) => [keyInPlane(one.document.kind, one.document.name), of(one)] as const),
  ]
  const sets = after.sets.with(keyed(({ set }) => set))
  const revisions = after.revisions.with(keyed(({ revision }) => revision))
  const suspensions = after.suspensions.with(
    suspend.map(({ kind, name, suspension }) => [suspensionKey(kind, name), suspension]),
  )
  const plane = planeAfter(before?.plane, put, remove)
  return plane && Object.freeze({ ...after, plane, sets, revisions, suspensions })
}

/** What is put after what is removed: a document that is both stands. */
function changesByKind(put: readonly Standing[], remove: readonly Document[]) {
  const changes = new Map<KindInPlane, [name: string, document: Document | undefined][]>()
  const note = (kind: Kind, name: string, document: Document | undefined) => {
    if (kind === 'Plane') return
    const known = changes.get(kind)
    if (known) known.push([name, document])
    else changes.set(kind, [[name, document]])
  }
  for (const { kind, name } of remove) note(kind, name, undefined)
  for (const { document } of put) note(document.kind, document.name, frozen(document))
  return changes
}

function planeAfter(
  before: Documents['Plane'] | undefined,
  put: readonly Standing[],
  remove: readonly Document[],
): Documents['Plane'] | undefined {
  const last = put.map(({ document }) => document).findLast(({ kind }) => kind === 'Plane')
  if (last?.kind === 'Plane') return frozen(last)
  return remove.some(({ kind }) => kind === 'Plane') ? undefined : before
}

const emptyPlane = (): Omit<PlanePolicy, 'plane'> => ({
  teams: sortedMap(),
  roleBindings: sortedMap(),
  servers: sortedMap(),
  apis: sortedMap(),
  consumers: sortedMap(),
  agents: sortedMap(),
  agentGroups: sortedMap(),
  grants: sortedMap(),
  rules: sortedMap(),
  quotas: sortedMap(),
  credentials: sortedMap(),
  issuers: sortedMap(),
  policyTests: sortedMap(),
  sets: sortedMap(),
  revisions: sortedMap(),
  suspensions: sortedMap(),
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
  const put: Patch['put'][number][] = []
  const suspend: Patch['suspend'][number][] = []
  for (const plane of await store.planes.list()) {
    const rows = await store.plane(plane).documents.list()
    // A plane that was removed has its ledger still, and no documents.
    if (rows.length > 0 && !rows.some(({ kind }) => kind === 'Plane')) throw withoutPlane(plane)
    for (const row of rows) {
      put.push({ document: fromRow(plane, row), set: row.set, revision: row.revision })
      await breathe()
    }
    for (const suspension of rows.length > 0 ? await store.plane(plane).suspensions.list() : [])
      suspend.push({ plane, ...suspension, suspension })
  }
  return patch({ revision, planes: new Map() }, revision, { put, remove: [], suspend })
}

/** A document of the store, checked. */
export function fromRow(
  plane: PlaneId,
  { kind, name, body }: Pick<StoredDocument, 'kind' | 'name' | 'body'>,
): Document {
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
