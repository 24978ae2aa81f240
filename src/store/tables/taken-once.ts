import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { TakenOnceRows } from '../store.ts'

/** The clocks of processes differ: what has ended by the database's is kept for so long yet. */
const graceMs = 5 * 60_000

export const takenOnceRows = (
  { db }: Database,
  now: () => RawBuilder<number> | number,
): TakenOnceRows => ({
  async take(rows) {
    // The primary key decides between two that come at once, in this process or another.
    const taken = await db
      .insertInto('taken_once')
      .values([...rows])
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .returning('digest')
      .execute()
    return new Set(taken.map(({ digest }) => digest))
  },
  async forget() {
    const old = sql<number>`${now()} - ${graceMs}`
    await db.deleteFrom('taken_once').where('until', '<', old).execute()
  },
})
