import type { Kysely } from 'kysely'
import type { Step } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { ClientSecretRows, RowChange } from '../store.ts'

export const clientSecretRows = (db: Kysely<PlaneSchema>): ClientSecretRows => ({
  async list() {
    const rows = await db.selectFrom('client_secret').selectAll().orderBy('client').execute()
    return rows.map(({ client, hash, at }) => ({ client, hash, at }))
  },
  async find(name) {
    const row = await db
      .selectFrom('client_secret')
      .selectAll()
      .where('client', '=', name)
      .executeTakeFirst()
    return row && { client: row.client, hash: row.hash, at: row.at }
  },
})

/** For `commit`. */
export const clientSecretStep = (
  db: Kysely<PlaneSchema>,
  { name, row }: Extract<RowChange, { topic: 'client secret' }>,
): Step => {
  if (row === undefined)
    return { query: db.deleteFrom('client_secret').where('client', '=', name).compile() }
  const query = db
    .insertInto('client_secret')
    .values({ client: name, hash: row.hash, at: row.at })
    .onConflict((conflict) =>
      conflict.columns(['client']).doUpdateSet((given) => ({
        hash: given.ref('excluded.hash'),
        at: given.ref('excluded.at'),
      })),
    )
  return { query: query.compile() }
}
