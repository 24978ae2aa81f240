import type { Insertable, Selectable } from 'kysely'
import { planeId } from '#domain/name.ts'
import type { Database, Step } from '../database.ts'
import type { InstallationSchema } from '../schema.ts'
import type { AffiliationRow, PersonRow, PersonRows, PersonTokenRow } from '../store.ts'
import { heldPerson } from './passkeys.ts'

export const personRows = (database: Database): PersonRows => {
  const { db } = database
  const all = async (steps: readonly Step[]): Promise<boolean> =>
    (await database.transact(steps)) === undefined
  const tokensOf = (person: string) => db.deleteFrom('person_token').where('person', '=', person)
  const passkeysOf = (person: string) => db.deleteFrom('passkey').where('person', '=', person)
  const affiliationsOf = (person: string) =>
    db.deleteFrom('affiliation').where('person', '=', person)
  return {
    async list() {
      const rows = await db.selectFrom('person').selectAll().orderBy('name').execute()
      return rows.map(personOf)
    },
    async find(name) {
      const row = await db
        .selectFrom('person')
        .selectAll()
        .where('name', '=', name)
        .executeTakeFirst()
      return row && personOf(row)
    },
    add(person) {
      const insert = db.insertInto('person').values(rowOf(person))
      const query = insert.onConflict((conflict) => conflict.column('name').doNothing()).compile()
      return all([{ query, expect: 1 }])
    },
    put(person) {
      const { name, ...rest } = rowOf(person)
      const query = db.updateTable('person').set(rest).where('name', '=', name).compile()
      return all([{ query, expect: 1 }])
    },
    remove: (name) =>
      all([
        { query: db.deleteFrom('person').where('name', '=', name).compile(), expect: 1 },
        { query: tokensOf(name).compile() },
        { query: passkeysOf(name).compile() },
        { query: affiliationsOf(name).compile() },
      ]),
    removePassword: (name) =>
      all([
        { query: heldPerson(db, name).compile(), expect: 1 },
        {
          query: db
            .updateTable('person')
            .set({ hash: null })
            .where('name', '=', name)
            .where((where) =>
              where.exists(where.selectFrom('passkey').select('id').where('person', '=', name)),
            )
            .compile(),
          expect: 1,
        },
      ]),

    async affiliations(person) {
      const rows = await db
        .selectFrom('affiliation')
        .selectAll()
        .where('person', '=', person)
        .orderBy('plane')
        .execute()
      return rows.map(affiliationOf)
    },
    async affiliate(person, affiliations) {
      const { title } = rowOf(person)
      const write = db
        .insertInto('person')
        .values(rowOf(person))
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ title }))
        .compile()
      const rows = affiliations.map(({ plane, issuer, said, at }) =>
        db
          .insertInto('affiliation')
          .values({ person: person.name, plane, issuer, said, at })
          .onConflict((conflict) =>
            conflict.columns(['person', 'plane']).doUpdateSet({ issuer, said, at }),
          )
          .compile(),
      )
      await all([write, ...rows].map((query) => ({ query, expect: 1 })))
    },

    async addToken({ hash, id, person, label, at, endsAt }) {
      const row = { hash, id, person, label, at, ends_at: endsAt }
      await db.insertInto('person_token').values(row).execute()
    },
    async findToken(hash) {
      const row = await db
        .selectFrom('person_token')
        .selectAll()
        .where('hash', '=', hash)
        .executeTakeFirst()
      return row && tokenOf(row)
    },
    async listTokens(person) {
      const rows = await db
        .selectFrom('person_token')
        .selectAll()
        .where('person', '=', person)
        .orderBy('at')
        .orderBy('id')
        .execute()
      return rows.map(tokenOf)
    },
    removeToken(person, id) {
      const query = tokensOf(person).where('id', '=', id).compile()
      return all([{ query, expect: 1 }])
    },
    async removeTokens(which) {
      const query =
        'person' in which
          ? tokensOf(which.person)
          : db.deleteFrom('person_token').where('ends_at', '<=', which.endedBefore)
      await query.execute()
    },

    async findSetupCode() {
      const row = await db.selectFrom('setup_code').selectAll().executeTakeFirst()
      return row && { hash: row.hash, endsAt: row.ends_at }
    },
    async putSetupCode({ hash, endsAt }) {
      await db
        .insertInto('setup_code')
        .values({ slot: 1, hash, ends_at: endsAt })
        .onConflict((conflict) =>
          conflict.column('slot').doUpdateSet((row) => ({
            hash: row.ref('excluded.hash'),
            ends_at: row.ref('excluded.ends_at'),
          })),
        )
        .execute()
    },
    setUp(code, person) {
      const spend = db.deleteFrom('setup_code').where('hash', '=', code.hash).compile()
      const { name, ...rest } = rowOf(person)
      const write = db
        .insertInto('person')
        .values({ name, ...rest })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(rest))
        .compile()
      return all([
        { query: spend, expect: 1 },
        { query: tokensOf(name).compile() },
        { query: passkeysOf(name).compile() },
        { query: write, expect: 1 },
      ])
    },
  }
}

const rowOf = (person: PersonRow): Insertable<InstallationSchema['person']> => ({
  name: person.name,
  title: person.title ?? null,
  administrator: person.administrator,
  hash: person.hash ?? null,
  at: person.at,
  made_by: person.by,
  issuer: person.issuer ?? null,
})

const personOf = (row: Selectable<InstallationSchema['person']>): PersonRow => ({
  name: row.name,
  title: row.title ?? undefined,
  administrator: Boolean(row.administrator),
  hash: row.hash ?? undefined,
  at: row.at,
  by: row.made_by,
  issuer: row.issuer ?? undefined,
})

const affiliationOf = (row: Selectable<InstallationSchema['affiliation']>): AffiliationRow => ({
  person: row.person,
  plane: planeId(row.plane),
  issuer: row.issuer,
  said: row.said,
  at: row.at,
})

const tokenOf = (row: Selectable<InstallationSchema['person_token']>): PersonTokenRow => ({
  id: row.id,
  person: row.person,
  hash: row.hash,
  label: row.label,
  at: row.at,
  endsAt: row.ends_at,
})
