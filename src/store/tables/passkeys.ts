import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Database } from '../database.ts'
import type { InstallationSchema } from '../schema.ts'
import type { PasskeyRow, PasskeyRows } from '../store.ts'

/**
 * Writes nothing anew and holds the person's row until the transaction ends, so that of several who take
 * ways to sign in away at once each sees what the one before has left.
 */
export const heldPerson = (db: Kysely<InstallationSchema>, name: string) =>
  db.updateTable('person').set({ name }).where('name', '=', name)

export const passkeyRows = ({ db, transact }: Database): PasskeyRows => {
  const isThere = async (person: string, id: string): Promise<boolean> => {
    const found = db.selectFrom('passkey').select('id').where('person', '=', person)
    return (await found.where('id', '=', id).executeTakeFirst()) !== undefined
  }
  return {
    async some() {
      const row = await db.selectFrom('passkey').select('id').limit(1).executeTakeFirst()
      return row !== undefined
    },
    async people() {
      const rows = await db.selectFrom('passkey').select('person').distinct().execute()
      return new Set(rows.map(({ person }) => person))
    },
    async list(person) {
      const rows = await db
        .selectFrom('passkey')
        .selectAll()
        .where('person', '=', person)
        .orderBy('at')
        .orderBy('id')
        .execute()
      return rows.map(passkeyOf)
    },
    async find(credential) {
      const row = await db
        .selectFrom('passkey')
        .selectAll()
        .where('credential', '=', credential)
        .executeTakeFirst()
      return row && passkeyOf(row)
    },
    async add(passkey) {
      const insert = db.insertInto('passkey').values(rowOf(passkey))
      const query = insert
        .onConflict((conflict) => conflict.column('credential').doNothing())
        .compile()
      const held = heldPerson(db, passkey.person).compile()
      return (
        (await transact([
          { query: held, expect: 1 },
          { query, expect: 1 },
        ])) === undefined
      )
    },
    async use(credential, { from, to, at }) {
      const { numUpdatedRows } = await db
        .updateTable('passkey')
        .set({ counter: to, used_at: at })
        .where('credential', '=', credential)
        .where('counter', '=', from)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
    async remove(person, id) {
      const remove = db
        .deleteFrom('passkey')
        .where('person', '=', person)
        .where('id', '=', id)
        .where((where) =>
          where.or([
            where.exists(
              where
                .selectFrom('person')
                .select('name')
                .where('name', '=', person)
                .where('hash', 'is not', null),
            ),
            where.exists(
              where
                .selectFrom('passkey as other')
                .select('other.id')
                .where('other.person', '=', person)
                .where('other.id', '!=', id),
            ),
          ]),
        )
      const failed = await transact([
        { query: heldPerson(db, person).compile(), expect: 1 },
        { query: remove.compile(), expect: 1 },
      ])
      if (failed === undefined) return 'removed'
      return (await isThere(person, id)) ? 'last' : 'unknown'
    },
  }
}

const rowOf = (passkey: PasskeyRow): Insertable<InstallationSchema['passkey']> => ({
  credential: passkey.credential,
  id: passkey.id,
  person: passkey.person,
  handle: passkey.handle,
  public_key: passkey.publicKey,
  counter: passkey.counter,
  label: passkey.label,
  at: passkey.at,
  used_at: passkey.usedAt ?? null,
})

const passkeyOf = (row: Selectable<InstallationSchema['passkey']>): PasskeyRow => ({
  credential: row.credential,
  id: row.id,
  person: row.person,
  handle: row.handle,
  publicKey: row.public_key,
  counter: row.counter,
  label: row.label,
  at: row.at,
  usedAt: row.used_at ?? undefined,
})
