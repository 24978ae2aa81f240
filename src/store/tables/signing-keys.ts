import type { Kysely, Selectable } from 'kysely'
import type { PlaneSchema } from '../schema.ts'
import type { SigningKeyRow, SigningKeyRows } from '../store.ts'

/** Of one line of a plane's keys: `access` signs what its issuer issues, `call` what goes to servers. */
export const signingKeyRows = (
  db: Kysely<PlaneSchema>,
  purpose: 'access' | 'call',
): SigningKeyRows => ({
  async list() {
    const query = db.selectFrom('signing_key').selectAll().where('purpose', '=', purpose)
    const rows = await query.orderBy('number').execute()
    return rows.map(signingKeyOf)
  },
  async add({ kid, alg, publicJwk, sealedPrivate, at }, number) {
    await db
      .insertInto('signing_key')
      .values({
        kid,
        alg,
        public_jwk: publicJwk,
        sealed_private: sealedPrivate,
        at,
        number,
        purpose,
      })
      .onConflict((conflict) => conflict.columns(['purpose', 'number']).doNothing())
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
