import type { Kysely } from 'kysely'
import type { PlaneSchema } from '../schema.ts'
import type { ClientSecretRows } from '../store.ts'

export const clientSecretRows = (db: Kysely<PlaneSchema>): ClientSecretRows => ({
  list: () => db.selectFrom('client_secret').select(columns).orderBy('client').execute(),
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

const columns = ['client', 'hash', 'at'] as const
