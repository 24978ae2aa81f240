import type { Kysely, Selectable } from 'kysely'
import type { Step } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { PayloadKey, PayloadKeyRows, RowChange } from '../store.ts'

export const payloadKeyRows = (db: Kysely<PlaneSchema>): PayloadKeyRows => {
  const find: PayloadKeyRows['find'] = async (id) => {
    const query = db.selectFrom('payload_key').selectAll().where('id', '=', id)
    const row = await query.executeTakeFirst()
    return row && payloadKeyOf(row)
  }
  const findFor: PayloadKeyRows['findFor'] = async (subject, period) => {
    const row = await db
      .selectFrom('payload_key')
      .selectAll()
      .where('subject', '=', subject)
      .where('period', '=', period)
      .executeTakeFirst()
    return row && payloadKeyOf(row)
  }
  return {
    find,
    findFor,
    async putFirst(key) {
      await db
        .insertInto('payload_key')
        .values({ ...key })
        .onConflict((conflict) => conflict.columns(['subject', 'period']).doNothing())
        .execute()
      return findFor(key.subject, key.period)
    },
    async list(subject) {
      const query = db.selectFrom('payload_key').selectAll().where('subject', '=', subject)
      return (await query.orderBy('period').execute()).map(payloadKeyOf)
    },
    async listBetween({ from, to, after, most }) {
      const rows = await db
        .selectFrom('payload_key')
        .selectAll()
        .where('id', '>', after)
        .where('period', '>=', from)
        .where('period', '<=', to)
        .orderBy('id')
        .limit(most)
        .execute()
      return rows.map(payloadKeyOf)
    },
  }
}

/** For `commit`. One key goes with each row; what it sealed is opened by nobody from then on. */
export const payloadKeyStep = (
  db: Kysely<PlaneSchema>,
  { name, kind }: Extract<RowChange, { topic: 'payload key' }>,
): Step => {
  const gone = db.deleteFrom('payload_key').where('subject', '=', name).where('period', '=', kind)
  return { query: gone.compile(), expect: 1 }
}

const payloadKeyOf = (row: Selectable<PlaneSchema['payload_key']>): PayloadKey => ({
  id: row.id,
  subject: row.subject,
  period: row.period,
  wrapped: row.wrapped,
  at: row.at,
})
