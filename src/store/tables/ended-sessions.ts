import { type RawBuilder, sql } from 'kysely'
import type { Database, Step } from '../database.ts'
import type { EndedSessionRows } from '../store.ts'
import { inChunks } from './chunks.ts'

const keptMs = 7 * 24 * 60 * 60_000

export const endedSessionRows = (
  { db, transact, wake }: Database,
  now: () => RawBuilder<number> | number,
): EndedSessionRows => ({
  async add(digests) {
    const ended_at = now()
    const steps = inChunks(digests.map((digest) => ({ digest, ended_at }))).map((rows): Step => {
      const insert = db.insertInto('ended_session').values(rows)
      const query = insert.onConflict((conflict) => conflict.column('digest').doNothing())
      return { query: query.compile() }
    })
    const old = sql<number>`${now()} - ${keptMs}`
    const forget = db.deleteFrom('ended_session').where('ended_at', '<', old).compile()
    await transact([...steps, { query: forget }, ...wake])
  },
  async list(fromMs, most) {
    const rows = await db
      .selectFrom('ended_session')
      .selectAll()
      .where('ended_at', '>=', fromMs)
      .orderBy('ended_at', 'desc')
      .limit(most)
      .execute()
    return rows.map(({ digest, ended_at: endedAt }) => ({ digest, endedAt }))
  },
})
