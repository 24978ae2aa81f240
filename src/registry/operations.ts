import type { Capability } from '#domain/capability.ts'
import type { ApiDocument } from '#domain/documents.ts'
import { headerOf } from '#domain/lent.ts'
import type { OpenApi } from '#rest/openapi/read-openapi.ts'
import { openApiNow, openApiOf } from '#rest/openapi/remembered.ts'
import { compare } from './compare.ts'
import { withVariants } from './derived.ts'
import { type Item, itemOf, joined, keyOf, type Rows } from './item.ts'
import { acceptedOf, judge } from './judge.ts'
import { alikeElsewhere, type PlaneState, rowsIn } from './plane-state.ts'
import type { Observation } from './registry.ts'

/**
 * What an API's document changes of its operations: as a server that told of its tools, but that it
 * is a person who has told, so that no number of changes makes it restless. Nothing where its OpenAPI
 * document is none: the door has refused it.
 */
export async function operationsMoved(
  state: PlaneState | undefined,
  document: ApiDocument,
): Promise<readonly Item[]> {
  const read = await openApiOf(document.upstream.openapi, headerOf(document.credential))
  if ('problems' in read) return []
  const rows = steady(rowsIn(state, document.name))
  const { accepted } = await judge(rows, discoveredIn(read), alikeElsewhere(state, document))
  return compare(rows, accepted, document).items
}

/** Operations that its document offers and that are not taken in, and why, as things stand now. */
export async function operationsRefused(
  state: PlaneState | undefined,
  document: ApiDocument,
): Promise<Observation['refused']> {
  const read = await openApiOf(document.upstream.openapi, headerOf(document.credential))
  if ('problems' in read) return []
  const rows = rowsIn(state, document.name)
  const judged = await judge(rows, discoveredIn(read), alikeElsewhere(state, document))
  const late = judged.accepted.filter(({ kind, name }) => !rows.has(keyOf(kind, name)))
  return [...judged.refused, ...late.map(({ name }) => ({ name, problem: LATE }))]
}

const LATE = 'what stood in its way is gone: it is taken in when the document of the API changes'

const discoveredIn = ({ operations }: OpenApi) =>
  operations.map(({ definition }) => ({ kind: 'operation' as const, definition }))

const known = new WeakMap<
  ApiDocument,
  { readonly rows: Rows; readonly all: readonly Capability[] }
>()

/**
 * What an API would offer if its document said this, for whoever judges what is written beside it: a
 * condition or an index over an operation is held against what would be pinned.
 */
export function operationsAs(state: PlaneState | undefined, document: ApiDocument) {
  const rows = rowsIn(state, document.name)
  const found = known.get(document)
  if (found?.rows === rows) return found.all
  const read = openApiNow(document.upstream.openapi, headerOf(document.credential))
  const told = 'problems' in read ? [] : acceptedOf(rows, discoveredIn(read))
  const after = new Map(rows)
  for (const item of compare(steady(rows), told, document).items)
    after.set(keyOf(item.stored.kind, item.stored.name), item)
  const all = withVariants(
    [...after.values()].map((item) => joined(item, document)),
    document,
  )
  known.set(document, { rows, all })
  return all
}

const steady = (rows: Rows): Rows =>
  new Map([...rows].map(([key, { stored }]) => [key, itemOf({ ...stored, changes: 0 })]))
