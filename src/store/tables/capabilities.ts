import type { Insertable, Kysely, Selectable } from 'kysely'
import type { CapabilityKind } from '#domain/capability.ts'
import type { Database } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { CapabilityRows, StoredCapability } from '../store.ts'

export const capabilityRows = (
  { transact }: Database,
  db: Kysely<PlaneSchema>,
): CapabilityRows => ({
  async list() {
    const rows = await db
      .selectFrom('capability')
      .selectAll()
      .orderBy('server')
      .orderBy('kind')
      .orderBy('name')
      .execute()
    return rows.map(capabilityOf)
  },
  async put(capabilities) {
    await transact(capabilities.map((capability) => ({ query: putOne(db, capability) })))
  },
  async removeServer(server) {
    await db.deleteFrom('capability').where('server', '=', server).execute()
  },
})

const putOne = (db: Kysely<PlaneSchema>, capability: StoredCapability) =>
  db
    .insertInto('capability')
    .values(rowOf(capability))
    .onConflict((conflict) =>
      conflict.columns(['server', 'kind', 'name']).doUpdateSet((row) => ({
        fingerprint: row.ref('excluded.fingerprint'),
        definition: row.ref('excluded.definition'),
        observed_fingerprint: row.ref('excluded.observed_fingerprint'),
        observed_definition: row.ref('excluded.observed_definition'),
        absent: row.ref('excluded.absent'),
      })),
    )
    .compile()

const rowOf = (capability: StoredCapability): Insertable<PlaneSchema['capability']> => ({
  server: capability.server,
  kind: capability.kind,
  name: capability.name,
  fingerprint: capability.fingerprint,
  definition: capability.definition,
  observed_fingerprint: capability.observedFingerprint ?? null,
  observed_definition: capability.observedDefinition ?? null,
  absent: capability.absent,
})

const capabilityOf = (row: Selectable<PlaneSchema['capability']>): StoredCapability => ({
  server: row.server,
  kind: row.kind as CapabilityKind,
  name: row.name,
  fingerprint: row.fingerprint,
  definition: row.definition,
  observedFingerprint: row.observed_fingerprint ?? undefined,
  observedDefinition: row.observed_definition ?? undefined,
  // SQLite answers 1 or 0, PostgreSQL true or false.
  absent: Boolean(row.absent),
})
