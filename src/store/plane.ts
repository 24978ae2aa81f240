import {
  BinaryOperationNode,
  ColumnNode,
  InsertQueryNode,
  type Kysely,
  type KyselyPlugin,
  OnConflictNode,
  type OperationNode,
  OperatorNode,
  PrimitiveValueListNode,
  QueryNode,
  ReferenceNode,
  type RootOperationNode,
  ValueListNode,
  ValueNode,
  ValuesNode,
} from 'kysely'
import type { PlaneId } from '#domain/name.ts'
import type { Database } from './database.ts'
import type { PlaneSchema } from './schema.ts'

/**
 * A plane's tables, and nothing else: every query built from here is bound to the plane, reading and
 * writing, because the column is added to the query's tree, and no table file can name it. A form
 * of query that the binding does not reach into is refused, not passed on.
 */
export const inPlane = ({ db }: Database, plane: PlaneId): Kysely<PlaneSchema> =>
  (db as unknown as Kysely<PlaneSchema>).withPlugin({
    transformQuery: ({ node }) => bind(node, plane),
    transformResult: async ({ result }) => result,
  } satisfies KyselyPlugin)

const column = ColumnNode.create('plane')

const bind = (node: RootOperationNode, plane: PlaneId): RootOperationNode => {
  if (Object.values(node).some(reachesElsewhere)) throw unbindable()
  switch (node.kind) {
    case 'SelectQueryNode':
    case 'UpdateQueryNode':
    case 'DeleteQueryNode':
      return QueryNode.cloneWithWhere(node, isPlane(plane))
    case 'InsertQueryNode':
      return bindInsert(node, plane)
    default:
      throw unbindable()
  }
}

const bindInsert = (node: InsertQueryNode, plane: PlaneId): InsertQueryNode => {
  const { columns, values, onConflict } = node
  if (columns === undefined || values === undefined || !ValuesNode.is(values)) throw unbindable()
  const rows = values.values.map((row) =>
    PrimitiveValueListNode.is(row)
      ? PrimitiveValueListNode.create([...row.values, plane])
      : ValueListNode.create([...row.values, ValueNode.create(plane)]),
  )
  return InsertQueryNode.cloneWith(node, {
    columns: [...columns, column],
    values: ValuesNode.create(rows),
    // The keys of a plane's tables begin with the plane, so the target of a conflict does as well.
    ...(onConflict && {
      onConflict: OnConflictNode.cloneWith(onConflict, {
        columns: [column, ...(onConflict.columns ?? [])],
      }),
    }),
  })
}

const isPlane = (plane: PlaneId): OperationNode =>
  BinaryOperationNode.create(
    ReferenceNode.create(column),
    OperatorNode.create('='),
    ValueNode.create(plane),
  )

/** Parts of a query that could name a second table, or text that nobody looked into. */
const elsewhere: ReadonlySet<string> = new Set([
  'SelectQueryNode',
  'JoinNode',
  'WithNode',
  'SetOperationNode',
  'UsingNode',
  'RawNode',
])

const reachesElsewhere = (part: unknown): boolean => {
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return false
  if ('kind' in part && typeof part.kind === 'string' && elsewhere.has(part.kind)) return true
  return Object.values(part).some(reachesElsewhere)
}

const unbindable = (): Error => new Error('a query that cannot be bound to its plane')
