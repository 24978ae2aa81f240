import type { Insertable, Kysely, Selectable } from 'kysely'
import type { CapabilityKind } from '#domain/capability.ts'
import type { Step } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { CapabilityRows, RowChange, StoredCapability } from '../store.ts'
import { putVersions } from './capability-versions.ts'
import { inChunks } from './chunks.ts'

export const capabilityRows = (db: Kysely<PlaneSchema>): CapabilityRows => ({
  async list(server) {
    let query = db.selectFrom('capability').selectAll()
    if (server !== undefined) query = query.where('server', '=', server)
    const rows = await query.orderBy('server').orderBy('kind').orderBy('name').execute()
    return rows.map(capabilityOf)
  },
})

/** For `commit`. */
export const capabilitySteps = (
  db: Kysely<PlaneSchema>,
  { name, rows }: Extract<RowChange, { topic: 'capability' }>,
  about: { by: string; at: number; revision: number },
): Step[] => {
  if (rows !== undefined)
    return inChunks(rows).flatMap((chunk) => [
      { query: put(db, chunk) },
      { query: putVersions(db, chunk, about) },
    ])
  return [
    { query: db.deleteFrom('capability').where('server', '=', name).compile() },
    { query: db.deleteFrom('capability_version').where('server', '=', name).compile() },
  ]
}

const put = (db: Kysely<PlaneSchema>, capabilities: readonly StoredCapability[]) =>
  db
    .insertInto('capability')
    .values(capabilities.map(rowOf))
    .onConflict((conflict) =>
      conflict.columns(['server', 'kind', 'name']).doUpdateSet((row) => ({
        fingerprint: row.ref('excluded.fingerprint'),
        definition: row.ref('excluded.definition'),
        observed_fingerprint: row.ref('excluded.observed_fingerprint'),
        observed_definition: row.ref('excluded.observed_definition'),
        absent: row.ref('excluded.absent'),
        version: row.ref('excluded.version'),
        changes: row.ref('excluded.changes'),
        released: row.ref('excluded.released'),
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
  version: capability.version,
  changes: capability.changes,
  released: capability.released,
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
  version: row.version,
  changes: row.changes,
  released: Boolean(row.released),
})
