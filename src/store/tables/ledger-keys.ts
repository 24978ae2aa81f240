import type { Kysely } from 'kysely'
import type { PlaneSchema } from '../schema.ts'
import type { LedgerKeyRows } from '../store.ts'

export const ledgerKeyRows = (db: Kysely<PlaneSchema>): LedgerKeyRows => ({
  async list() {
    const rows = await db.selectFrom('ledger_key').selectAll().orderBy('number').execute()
    return rows.map((row) => ({
      number: row.number,
      publicKey: row.public_key,
      sealedPrivate: row.sealed_private,
      at: row.at,
    }))
  },
  async add({ number, publicKey, sealedPrivate, at }) {
    await db
      .insertInto('ledger_key')
      .values({ number, public_key: publicKey, sealed_private: sealedPrivate, at })
      .onConflict((conflict) => conflict.columns(['number']).doNothing())
      .execute()
  },
})
