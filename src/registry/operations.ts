import type { ApiDocument } from '#domain/documents.ts'
import { openApiOf } from '#rest/openapi/remembered.ts'
import { compare } from './compare.ts'
import { type Item, itemOf, type Rows } from './item.ts'
import { judge } from './judge.ts'
import { alikeElsewhere, type PlaneState, rowsIn } from './plane-state.ts'

/**
 * What an API's document changes of its operations: as a server that told of its tools, but that it
 * is a person who has told, so that no number of changes makes it restless. Nothing where its OpenAPI
 * document is none: the door has refused it.
 */
export async function operationsMoved(
  state: PlaneState | undefined,
  document: ApiDocument,
): Promise<readonly Item[]> {
  const read = await openApiOf(document.upstream.openapi, document.credential?.header)
  if ('problems' in read) return []
  const discovered = read.operations.map(({ definition }) => ({
    kind: 'operation' as const,
    definition,
  }))
  const rows = steady(rowsIn(state, document.name))
  const { accepted } = await judge(rows, discovered, alikeElsewhere(state, document))
  return compare(rows, accepted, document).items
}

const steady = (rows: Rows): Rows =>
  new Map([...rows].map(([key, { stored }]) => [key, itemOf({ ...stored, changes: 0 })]))
