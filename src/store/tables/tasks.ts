import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { TaskRows } from '../store.ts'

export const taskRows = (
  { db, transact }: Database,
  now: () => RawBuilder<number> | number,
): TaskRows => ({
  async put({ digest, bound, until }) {
    const insert = db
      .insertInto('task')
      .values({ digest, bound, until })
      .onConflict((conflict) => conflict.column('digest').doUpdateSet({ bound, until }))
    const forget = db.deleteFrom('task').where('until', '<', sql<number>`${now()}`)
    await transact([{ query: insert.compile() }, { query: forget.compile() }])
  },
  async find(digest) {
    const row = await db
      .selectFrom('task')
      .select('bound')
      .where('digest', '=', digest)
      .where('until', '>=', sql<number>`${now()}`)
      .executeTakeFirst()
    return row?.bound
  },
})
