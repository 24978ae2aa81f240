import { type RawBuilder, sql } from 'kysely'
import type { MemberId, PlaneId } from '#domain/name.ts'
import type { Database } from '../database.ts'
import type { FollowerRows } from '../store.ts'

export const followerRows = (
  { db }: Database,
  {
    plane,
    holder,
    now,
  }: { plane: PlaneId; holder: MemberId; now: () => RawBuilder<number> | number },
): FollowerRows => ({
  async take(name, leaseMs) {
    const until = sql<number>`${now()} + ${sql.lit(leaseMs)}`
    const rows = await db
      .insertInto('follower')
      .values({ plane, name, position: 0, holder, until })
      .onConflict((conflict) =>
        conflict
          .columns(['plane', 'name'])
          .doUpdateSet({ holder, until })
          .where(sql<boolean>`follower.holder = ${holder} or follower.until < ${now()}`),
      )
      .returning('position')
      .execute()
    return rows[0]?.position
  },
  async move(name, from, to) {
    const rows = await db
      .updateTable('follower')
      .set({ position: to })
      .where('plane', '=', plane)
      .where('name', '=', name)
      .where('position', '=', from)
      .where('holder', '=', holder)
      .returning('position')
      .execute()
    return rows.length === 1
  },
})
