import type { Kysely } from 'kysely'
import type { PlaneSchema } from '../schema.ts'
import type { ClientSecretRows } from '../store.ts'

export const clientSecretRows = (db: Kysely<PlaneSchema>): ClientSecretRows => ({
  async list() {
    const rows = await db.selectFrom('client_secret').selectAll().orderBy('client').execute()
    return rows.map(({ client, hash, at }) => ({ client, hash, at }))
  },
  async put({ client, hash, at }) {
    await db
      .insertInto('client_secret')
      .values({ client, hash, at })
      .onConflict((conflict) =>
        conflict.columns(['client']).doUpdateSet((row) => ({
          hash: row.ref('excluded.hash'),
          at: row.ref('excluded.at'),
        })),
      )
      .execute()
  },
  async remove(client) {
    await db.deleteFrom('client_secret').where('client', '=', client).execute()
  },
})
