import type { Kysely } from 'kysely'
import type { PlaneSchema } from '../schema.ts'
import type { RetentionRows } from '../store.ts'

export const retentionRows = (db: Kysely<PlaneSchema>): RetentionRows => ({
  async find() {
    return (await db.selectFrom('retention').select('state').executeTakeFirst())?.state
  },
  async put(state) {
    await db
      .insertInto('retention')
      .values({ state })
      .onConflict((conflict) =>
        conflict.columns([]).doUpdateSet((given) => ({ state: given.ref('excluded.state') })),
      )
      .execute()
  },
})
