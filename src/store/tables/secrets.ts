import type { Kysely, Selectable } from 'kysely'
import { Fault } from '#lib/fault.ts'
import type { Database } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { SealedSecret, SecretRows } from '../store.ts'

export const secretRows = (database: Database, db: Kysely<PlaneSchema>): SecretRows => ({
  async list() {
    const rows = await db
      .selectFrom('secret')
      .selectAll()
      .orderBy('credential')
      .orderBy('version')
      .execute()
    return rows.map(secretOf)
  },
  async add({ credential, version, wrappedKey, nonce, sealed, at }) {
    const row = { credential, version, wrapped_key: wrappedKey, nonce, sealed, at }
    try {
      await db.insertInto('secret').values(row).execute()
    } catch (cause) {
      if (!database.isUniqueViolation(cause)) throw cause
      throw new Fault('bad_store', {
        detail: `version ${version} of credential ${credential} stands already`,
        cause,
      })
    }
  },
  async remove(credential) {
    await db.deleteFrom('secret').where('credential', '=', credential).execute()
  },
})

const secretOf = (row: Selectable<PlaneSchema['secret']>): SealedSecret => ({
  credential: row.credential,
  version: row.version,
  wrappedKey: row.wrapped_key,
  nonce: row.nonce,
  sealed: row.sealed,
  at: row.at,
})
