import type { Kysely, Selectable } from 'kysely'
import type { CapabilityKind } from '#domain/capability.ts'
import type { PlaneSchema } from '../schema.ts'
import type { CapabilityVersion, CapabilityVersionRows, StoredCapability } from '../store.ts'

export const capabilityVersionRows = (db: Kysely<PlaneSchema>): CapabilityVersionRows => ({
  async list(server, name) {
    let query = db.selectFrom('capability_version').selectAll().where('server', '=', server)
    if (name !== undefined) query = query.where('name', '=', name)
    const rows = await query.orderBy('kind').orderBy('name').orderBy('version').execute()
    return rows.map(versionOf)
  },
})

/** For `commit`: what these rows have pinned, where it is not what that version had pinned already. */
export const putVersions = (
  db: Kysely<PlaneSchema>,
  capabilities: readonly StoredCapability[],
  { by, at, revision }: { by: string; at: number; revision: number },
) =>
  db
    .insertInto('capability_version')
    .values(
      capabilities.map(({ server, kind, name, version, fingerprint, definition }) => ({
        ...{ server, kind, name, version, fingerprint, definition },
        ...{ at, made_by: by, revision },
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['server', 'kind', 'name', 'version'])
        .doUpdateSet((row) => ({
          fingerprint: row.ref('excluded.fingerprint'),
          definition: row.ref('excluded.definition'),
          at: row.ref('excluded.at'),
          made_by: row.ref('excluded.made_by'),
          revision: row.ref('excluded.revision'),
        }))
        .whereRef('capability_version.fingerprint', '<>', 'excluded.fingerprint'),
    )
    .compile()

const versionOf = (row: Selectable<PlaneSchema['capability_version']>): CapabilityVersion => ({
  server: row.server,
  kind: row.kind as CapabilityKind,
  name: row.name,
  version: row.version,
  fingerprint: row.fingerprint,
  definition: row.definition,
  at: row.at,
  by: row.made_by,
  revision: row.revision,
})
