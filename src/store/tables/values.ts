import type { Database } from '../database.ts'
import type { Values } from '../store.ts'

export const valueRows = ({ db }: Database): Values => {
  const find = async (name: string): Promise<Uint8Array | undefined> => {
    const row = await db
      .selectFrom('installation_value')
      .select('value')
      .where('name', '=', name)
      .executeTakeFirst()
    return row?.value
  }
  return {
    find,
    async putFirst(name, value) {
      await db
        .insertInto('installation_value')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
      // A value is never changed or removed, so what stands is what the first one put.
      return (await find(name)) ?? value
    },
  }
}
