import type { Kysely } from 'kysely'
import type { PlaneSchema } from '../schema.ts'
import type { SignInRow, SignInRows } from '../store.ts'

export const signInRows = (db: Kysely<PlaneSchema>): SignInRows => ({
  async put({ kind, digest, family, uid, person, payload, endsAt }) {
    await db
      .insertInto('sign_in')
      .values({
        ...{ kind, digest, payload, ends_at: endsAt, used_at: null },
        family: family ?? null,
        uid: uid ?? null,
        person: person ?? null,
      })
      // Whether it was used stays: what is written again is not made anew.
      .onConflict((conflict) =>
        conflict.columns(['kind', 'digest']).doUpdateSet((given) => ({
          family: given.ref('excluded.family'),
          uid: given.ref('excluded.uid'),
          person: given.ref('excluded.person'),
          payload: given.ref('excluded.payload'),
          ends_at: given.ref('excluded.ends_at'),
        })),
      )
      .execute()
  },
  async find(kind, digest) {
    const query = db.selectFrom('sign_in').selectAll()
    const row = await query.where('kind', '=', kind).where('digest', '=', digest).executeTakeFirst()
    return row && rowOf(row)
  },
  async findByUid(kind, uid) {
    const query = db.selectFrom('sign_in').selectAll()
    const row = await query.where('kind', '=', kind).where('uid', '=', uid).executeTakeFirst()
    return row && rowOf(row)
  },
  async list(kind) {
    const query = db.selectFrom('sign_in').selectAll().where('kind', '=', kind)
    return (await query.execute()).map(rowOf)
  },
  async use(kind, digest, at) {
    const { numUpdatedRows } = await db
      .updateTable('sign_in')
      .set({ used_at: at })
      .where('kind', '=', kind)
      .where('digest', '=', digest)
      .where('used_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  },
  async remove(kind, digest) {
    await db.deleteFrom('sign_in').where('kind', '=', kind).where('digest', '=', digest).execute()
  },
  async removeFamily(family) {
    const gone = db.deleteFrom('sign_in').where('family', '=', family).returningAll()
    return (await gone.execute()).map(rowOf)
  },
  async removePerson(person) {
    const gone = db.deleteFrom('sign_in').where('person', '=', person).returningAll()
    return (await gone.execute()).map(rowOf)
  },
  async removeEnded(nowMs) {
    await db.deleteFrom('sign_in').where('ends_at', '<=', nowMs).execute()
    await db.deleteFrom('consent').where('ends_at', '<=', nowMs).execute()
  },
  async agree({ person, client, redirect, resource, scopes, at, endsAt }) {
    await db
      .insertInto('consent')
      .values({ person, client, redirect, resource, scopes: scopes.join(' '), at, ends_at: endsAt })
      .onConflict((conflict) =>
        conflict.columns(['person', 'client', 'redirect', 'resource']).doUpdateSet((given) => ({
          scopes: given.ref('excluded.scopes'),
          at: given.ref('excluded.at'),
          ends_at: given.ref('excluded.ends_at'),
        })),
      )
      .execute()
  },
  async findConsent({ person, client, redirect, resource }) {
    const row = await db
      .selectFrom('consent')
      .selectAll()
      .where('person', '=', person)
      .where('client', '=', client)
      .where('redirect', '=', redirect)
      .where('resource', '=', resource)
      .executeTakeFirst()
    if (!row) return undefined
    const scopes = row.scopes === '' ? [] : row.scopes.split(' ')
    return { person, client, redirect, resource, scopes, at: row.at, endsAt: row.ends_at }
  },
})

const rowOf = (row: PlaneSchema['sign_in']): SignInRow => ({
  kind: row.kind,
  digest: row.digest,
  family: row.family ?? undefined,
  uid: row.uid ?? undefined,
  person: row.person ?? undefined,
  payload: row.payload,
  endsAt: row.ends_at,
  usedAt: row.used_at ?? undefined,
})
