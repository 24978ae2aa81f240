import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { SessionNoteRows } from '../store.ts'

const keptMs = 7 * 24 * 60 * 60_000

export const sessionNoteRows = (
  { db, transact, wake }: Database,
  now: () => RawBuilder<number> | number,
): SessionNoteRows => ({
  async put({ session, name, note }) {
    const noted_at = now()
    const insert = db
      .insertInto('session_note')
      .values({ session, name, note, noted_at })
      .onConflict((conflict) =>
        conflict.columns(['session', 'name']).doUpdateSet({ note, noted_at }),
      )
    const old = sql<number>`${now()} - ${keptMs}`
    const forget = db.deleteFrom('session_note').where('noted_at', '<', old).compile()
    await transact([{ query: insert.compile() }, { query: forget }, ...wake])
  },
  async list(fromMs, most) {
    const rows = await db
      .selectFrom('session_note')
      .selectAll()
      .where('noted_at', '>=', fromMs)
      .orderBy('noted_at', 'desc')
      .limit(most)
      .execute()
    return rows.map(({ session, name, note, noted_at: notedAt }) => ({
      session,
      name,
      note,
      notedAt,
    }))
  },
})
