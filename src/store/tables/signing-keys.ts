import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Step } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { RowChange, SigningKeyRow, SigningKeyRows } from '../store.ts'

export const signingKeyRows = (db: Kysely<PlaneSchema>): SigningKeyRows => ({
  async list(purpose) {
    const rows = await db
      .selectFrom('signing_key')
      .selectAll()
      .where('purpose', '=', purpose)
      .orderBy('number')
      .execute()
    return rows.map(signingKeyOf)
  },
  async add(row) {
    await db
      .insertInto('signing_key')
      .values(valuesOf(row))
      .onConflict((conflict) => conflict.columns(['purpose', 'number']).doNothing())
      .execute()
  },
})

/** For `commit`. A number that another process has taken makes the whole change stale. */
export const signingKeyStep = (
  db: Kysely<PlaneSchema>,
  { name, row }: Extract<RowChange, { topic: 'signing key' }>,
): Step => ({
  query: row
    ? db.insertInto('signing_key').values(valuesOf(row)).compile()
    : db.deleteFrom('signing_key').where('kid', '=', name).compile(),
})

const valuesOf = (row: SigningKeyRow): Insertable<PlaneSchema['signing_key']> => ({
  kid: row.kid,
  alg: row.alg,
  public_jwk: row.publicJwk,
  sealed_private: row.sealedPrivate,
  at: row.at,
  purpose: row.purpose,
  number: row.number,
  signs_from: row.signsFrom,
})

const signingKeyOf = (row: Selectable<PlaneSchema['signing_key']>): SigningKeyRow => ({
  kid: row.kid,
  alg: row.alg,
  publicJwk: row.public_jwk,
  sealedPrivate: row.sealed_private,
  at: row.at,
  purpose: row.purpose as SigningKeyRow['purpose'],
  number: row.number,
  signsFrom: row.signs_from,
})
