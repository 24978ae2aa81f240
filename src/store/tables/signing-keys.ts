import type { Kysely, Selectable } from 'kysely'
import type { PlaneSchema } from '../schema.ts'
import type { SigningKeyRow, SigningKeyRows } from '../store.ts'

export const signingKeyRows = (db: Kysely<PlaneSchema>): SigningKeyRows => ({
  async list() {
    const rows = await db.selectFrom('signing_key').selectAll().orderBy('number').execute()
    return rows.map(signingKeyOf)
  },
  async add({ kid, alg, publicJwk, sealedPrivate, at }, number) {
    await db
      .insertInto('signing_key')
      .values({ kid, alg, public_jwk: publicJwk, sealed_private: sealedPrivate, at, number })
      .onConflict((conflict) => conflict.columns(['number']).doNothing())
      .execute()
  },
})

const signingKeyOf = (row: Selectable<PlaneSchema['signing_key']>): SigningKeyRow => ({
  kid: row.kid,
  alg: row.alg,
  publicJwk: row.public_jwk,
  sealedPrivate: row.sealed_private,
  at: row.at,
})
