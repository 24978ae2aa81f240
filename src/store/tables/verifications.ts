import type { Kysely } from 'kysely'
import type { PlaneSchema } from '../schema.ts'
import type { VerificationRows } from '../store.ts'

export const verificationRows = (db: Kysely<PlaneSchema>): VerificationRows => ({
  async find() {
    return (await db.selectFrom('verification').select('found').executeTakeFirst())?.found
  },
  async put(found) {
    await db
      .insertInto('verification')
      .values({ found })
      .onConflict((conflict) =>
        conflict.columns([]).doUpdateSet((given) => ({ found: given.ref('excluded.found') })),
      )
      .execute()
  },
})
