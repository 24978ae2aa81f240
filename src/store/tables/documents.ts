import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Kind } from '#domain/documents.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { parseJson } from '#lib/json.ts'
import type { Database, Step } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { Commit, DocumentRows, StoredDocument } from '../store.ts'

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

/** For `commit`: one row as it will stand. */
export const putDocument = (
  db: Kysely<PlaneSchema>,
  document: Commit['put'][number],
  revision: number,
): Step => ({
  query: db
    .insertInto('document')
    .values(rowOf(document, revision))
    .onConflict((conflict) =>
      conflict.columns(['kind', 'name']).doUpdateSet((row) => ({
        body: row.ref('excluded.body'),
        file_set: row.ref('excluded.file_set'),
        revision: row.ref('excluded.revision'),
      })),
    )
    .compile(),
})

export const removeDocument = (
  db: Kysely<PlaneSchema>,
  { kind, name }: Commit['remove'][number],
): Step => ({
  query: db.deleteFrom('document').where('kind', '=', kind).where('name', '=', name).compile(),
})

const rowOf = (
  { kind, name, body, set }: Commit['put'][number],
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
