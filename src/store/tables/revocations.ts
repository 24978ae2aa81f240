import { type RawBuilder, sql } from 'kysely'
import { type PlaneId, planeId } from '#domain/name.ts'
import type { Database, Step } from '../database.ts'
import type { Revocation, RevocationRows } from '../store.ts'

/** Long enough for whoever was away to hear of what ended meanwhile, which is then of no matter. */
const keptMs = 10 * 60_000

export const revocationRows = (
  database: Database,
  now: () => RawBuilder<number> | number,
): RevocationRows => ({
  async add(plane, revocation) {
    const { db, transact, wake } = database
    const old = sql<number>`${now()} - ${keptMs}`
    const forget = db.deleteFrom('revocation').where('ends_at', '<', old).compile()
    await transact([revocationStep(database, plane, revocation, now()), { query: forget }, ...wake])
  },
  async list(fromMs) {
    const rows = await database.db
      .selectFrom('revocation')
      .selectAll()
      .where('revoked_at', '>=', fromMs)
      .orderBy('revoked_at')
      .execute()
    return rows.map((row) => ({
      plane: planeId(row.plane),
      kind: row.kind as Revocation['kind'],
      name: row.name,
      issuedUntil: row.issued_until,
      endsAt: row.ends_at,
      revokedAt: row.revoked_at,
    }))
  },
})

/** Of two for the same the later holds. For `commit` too. */
export const revocationStep = (
  { db }: Database,
  plane: PlaneId,
  { kind, name, issuedUntil, endsAt }: Revocation,
  revokedAt: RawBuilder<number> | number,
): Step => ({
  query: db
    .insertInto('revocation')
    .values({
      plane,
      kind,
      name,
      issued_until: issuedUntil,
      ends_at: endsAt,
      revoked_at: revokedAt,
    })
    .onConflict((conflict) =>
      conflict.columns(['plane', 'kind', 'name']).doUpdateSet((given) => ({
        issued_until: given.ref('excluded.issued_until'),
        ends_at: given.ref('excluded.ends_at'),
        revoked_at: given.ref('excluded.revoked_at'),
      })),
    )
    .compile(),
})
