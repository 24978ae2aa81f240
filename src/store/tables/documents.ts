import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Kind } from '#domain/documents.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { parseJson } from '#lib/json.ts'
import type { Database, Step } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { DocumentChange, DocumentRows, Placed, StoredDocument } from '../store.ts'
import { inChunks } from './chunks.ts'

export const documentRows = (db: Kysely<PlaneSchema>): DocumentRows => ({
  async list() {
    const rows = await db
      .selectFrom('document')
      .selectAll()
      .orderBy('kind')
      .orderBy('name')
      .execute()
    return rows.map(documentOf)
  },
  async find(kind, name) {
    const row = await db
      .selectFrom('document')
      .selectAll()
      .where('kind', '=', kind)
      .where('name', '=', name)
      .executeTakeFirst()
    return row && documentOf(row)
  },
})

/** Planes that have documents. */
export const listPlanes = async ({ db }: Database): Promise<PlaneId[]> => {
  const rows = await db.selectFrom('document').select('plane').distinct().execute()
  return rows.map(({ plane }) => planeId(plane))
}

/** For `commit`: one plane's documents as they will stand. */
export const documentSteps = (
  db: Kysely<PlaneSchema>,
  changes: readonly DocumentChange[],
  revision: number,
): Step[] => {
  const put = changes.flatMap(({ kind, name, after }) =>
    after ? [rowOf({ kind, name }, after, revision)] : [],
  )
  const gone = changes.filter(({ after }) => after === undefined)
  return [
    ...gone.map(({ kind, name }) => ({
      query: db.deleteFrom('document').where('kind', '=', kind).where('name', '=', name).compile(),
    })),
    ...inChunks(put).map((rows) => ({
      query: db
        .insertInto('document')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['kind', 'name']).doUpdateSet((row) => ({
            body: row.ref('excluded.body'),
            file_set: row.ref('excluded.file_set'),
            revision: row.ref('excluded.revision'),
          })),
        )
        .compile(),
    })),
  ]
}

const rowOf = (
  { kind, name }: Pick<DocumentChange, 'kind' | 'name'>,
  { body, set }: Placed,
  revision: number,
): Insertable<PlaneSchema['document']> => ({
  kind,
  name,
  body: JSON.stringify(body),
  file_set: set ?? null,
  revision,
})

const documentOf = (row: Selectable<PlaneSchema['document']>): StoredDocument => ({
  kind: row.kind as Kind,
  name: row.name,
  body: parseJson(row.body) as StoredDocument['body'],
  set: row.file_set ?? undefined,
  revision: row.revision,
})
