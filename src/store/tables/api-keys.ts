import type { Insertable, Kysely, Selectable } from 'kysely'
import { type PlaneId, planeId } from '#domain/name.ts'
import type { Database, Step } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { ApiKeyRow, ApiKeyRows, MovedApiKey, RowChange } from '../store.ts'

/** Long enough for whoever asks what came of one that ended. */
const keptMs = 90 * 24 * 60 * 60_000

export const apiKeyRows = (db: Kysely<PlaneSchema>): ApiKeyRows => ({
  async list() {
    return (await db.selectFrom('api_key').selectAll().orderBy('id').execute()).map(apiKeyOf)
  },
  async find(id) {
    const row = await db.selectFrom('api_key').selectAll().where('id', '=', id).executeTakeFirst()
    return row && apiKeyOf(row)
  },
})

/** For `commit`. What is revoked stays so, and nothing else of a key ever changes. */
export const apiKeySteps = (
  db: Kysely<PlaneSchema>,
  { row }: Extract<RowChange, { topic: 'api key' }>,
  at: number,
): Step[] => {
  const old = db.deleteFrom('api_key').where('ends_at', '<', at - keptMs)
  const put = db
    .insertInto('api_key')
    .values(valuesOf(row))
    .onConflict((conflict) =>
      conflict.columns(['id']).doUpdateSet((given) => ({
        revoked_at: given.ref('excluded.revoked_at'),
      })),
    )
  return [{ query: old.compile() }, { query: put.compile() }]
}

/** The keys that a revision made or revoked, in the order it names them. */
export const apiKeysIn = async (
  { db }: Database,
  revision: number,
): Promise<(MovedApiKey & { readonly plane: PlaneId })[]> => {
  const rows = await db
    .selectFrom('revision_change')
    .select(['plane', 'kind', 'name'])
    .where('revision', '=', revision)
    .where('topic', '=', 'api key')
    .orderBy('number')
    .execute()
  return rows.map(({ plane, kind, name }) => ({
    plane: planeId(plane),
    id: name,
    done: kind as MovedApiKey['done'],
  }))
}

const valuesOf = (row: ApiKeyRow): Insertable<PlaneSchema['api_key']> => ({
  id: row.id,
  client: row.client,
  digest: row.digest,
  scopes: row.scopes === undefined ? null : JSON.stringify(row.scopes),
  label: row.label,
  at: row.at,
  made_by: row.by,
  ends_at: row.endsAt,
  revoked_at: row.revokedAt ?? null,
})

const apiKeyOf = (row: Selectable<PlaneSchema['api_key']>): ApiKeyRow => ({
  id: row.id,
  client: row.client as ApiKeyRow['client'],
  digest: row.digest,
  scopes: row.scopes === null ? undefined : (JSON.parse(row.scopes) as string[]),
  label: row.label,
  at: row.at,
  by: row.made_by,
  endsAt: row.ends_at,
  revokedAt: row.revoked_at ?? undefined,
})
