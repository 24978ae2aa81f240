import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Kysely, sql } from 'kysely'
import { planeId } from '#domain/name.ts'
import { inPlane } from '#store/plane.ts'
import { openSqliteDatabase } from '#store/sqlite/database.ts'

const database = await openSqliteDatabase('memory')
const db = inPlane(database, planeId('ops'))
// Whatever its type says: a table file could be changed so that it asks for more.
const anything = db as unknown as Kysely<Record<string, Record<string, unknown>>>

describe('a query of a plane', () => {
  test('is bound to the plane, reading, changing and removing', () => {
    const reading = db.selectFrom('document').selectAll().where('kind', '=', 'Grant').compile()
    assert.match(reading.sql, /where "kind" = \? and "plane" = \?$/)
    assert.deepEqual(reading.parameters, ['Grant', 'ops'])

    const removing = db.deleteFrom('document').compile()
    assert.match(removing.sql, /where "plane" = \?$/)
    assert.deepEqual(removing.parameters, ['ops'])

    const changing = db.updateTable('document').set({ body: '{}' }).compile()
    assert.match(changing.sql, /where "plane" = \?$/)
    assert.deepEqual(changing.parameters, ['{}', 'ops'])
  })

  test('cannot get around it with an OR', () => {
    const either = db
      .selectFrom('document')
      .selectAll()
      .where((is) => is.or([is('kind', '=', 'Grant'), is('name', '=', 'x')]))
      .compile()
    assert.match(either.sql, /where \("kind" = \? or "name" = \?\) and "plane" = \?$/)
  })

  test('writes the plane into every row, and into the target of a conflict', () => {
    const key = {
      alg: 'ES256',
      public_jwk: '{}',
      sealed_private: Buffer.from('x'),
      at: 1,
      purpose: 'access',
      number: 1,
      signs_from: 0,
    }
    const writing = db
      .insertInto('signing_key')
      .values([
        { kid: 'a', ...key },
        { kid: 'b', ...key },
      ])
      .onConflict((conflict) => conflict.column('kid').doNothing())
      .compile()
    assert.match(writing.sql, /"plane"\) values/)
    assert.match(writing.sql, /on conflict \("plane", "kid"\)/)
    assert.equal(writing.parameters.filter((value) => value === 'ops').length, 2)
  })

  test('is refused where the binding does not reach: another table, or text of its own', () => {
    const refused = /cannot be bound/
    const forms = [
      () =>
        db.selectFrom('document').innerJoin('secret', 'name', 'credential').selectAll().compile(),
      () =>
        db
          .selectFrom('document')
          .selectAll()
          .where('name', 'in', db.selectFrom('secret').select('credential'))
          .compile(),
      () => db.selectFrom(db.selectFrom('secret').selectAll().as('s')).selectAll().compile(),
      () =>
        db
          .with('s', (q) => q.selectFrom('secret').selectAll())
          .selectFrom('document')
          .selectAll()
          .compile(),
      () =>
        db
          .selectFrom('document')
          .selectAll()
          .union(db.selectFrom('document').selectAll())
          .compile(),
      () => db.selectFrom('document').select(sql<string>`plane`.as('p')).compile(),
      () => db.deleteFrom('document').using('secret').compile(),
      () =>
        anything.insertInto('document').expression(db.selectFrom('document').selectAll()).compile(),
      () => anything.schema.dropTable('document').compile(),
      () => sql`select * from document`.compile(db),
    ]
    for (const form of forms) assert.throws(form, refused)
  })
})

test.after(() => database.close())
