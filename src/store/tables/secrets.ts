import type { Kysely, Selectable } from 'kysely'
import type { Step } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { RowChange, SealedSecret, SecretRows } from '../store.ts'

export const secretRows = (db: Kysely<PlaneSchema>): SecretRows => ({
  async list(credential) {
    let query = db.selectFrom('secret').selectAll()
    if (credential !== undefined) query = query.where('credential', '=', credential)
    const rows = await query.orderBy('credential').orderBy('version').execute()
    return rows.map(secretOf)
  },
})

/** For `commit`. A version that stands already is a unique violation: no number is given twice. */
export const secretSteps = (
  db: Kysely<PlaneSchema>,
  { row, only }: Extract<RowChange, { topic: 'secret' }>,
): Step[] => {
  const { credential, version, wrappedKey, nonce, sealed, at } = row
  const added = { credential, version, wrapped_key: wrappedKey, nonce, sealed, at }
  return [
    ...(only
      ? [{ query: db.deleteFrom('secret').where('credential', '=', credential).compile() }]
      : []),
    { query: db.insertInto('secret').values(added).compile() },
  ]
}

const secretOf = (row: Selectable<PlaneSchema['secret']>): SealedSecret => ({
  credential: row.credential,
  version: row.version,
  wrappedKey: row.wrapped_key,
  nonce: row.nonce,
  sealed: row.sealed,
  at: row.at,
})
