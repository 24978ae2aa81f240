import type { Kysely, Selectable } from 'kysely'
import type { Suspension, SuspensionKind } from '#domain/suspension.ts'
import type { Step } from '../database.ts'
import type { PlaneSchema } from '../schema.ts'
import type { RowChange, SuspensionRows } from '../store.ts'

export const suspensionRows = (db: Kysely<PlaneSchema>): SuspensionRows => ({
  async list() {
    const rows = await db
      .selectFrom('suspension')
      .selectAll()
      .orderBy('kind')
      .orderBy('name')
      .execute()
    return rows.map(suspensionOf)
  },
})

/** For `commit`. A second suspension of the same replaces the first. */
export const suspensionStep = (
  db: Kysely<PlaneSchema>,
  { kind, name, row }: Extract<RowChange, { topic: 'suspension' }>,
  { by, at, revision }: { by: string; at: number; revision: number },
): Step => {
  if (row === undefined) {
    const gone = db.deleteFrom('suspension').where('kind', '=', kind).where('name', '=', name)
    return { query: gone.compile() }
  }
  const query = db
    .insertInto('suspension')
    .values({ kind, name, at, made_by: by, reason: row.reason, revision })
    .onConflict((conflict) =>
      conflict.columns(['kind', 'name']).doUpdateSet((given) => ({
        at: given.ref('excluded.at'),
        made_by: given.ref('excluded.made_by'),
        reason: given.ref('excluded.reason'),
        revision: given.ref('excluded.revision'),
      })),
    )
  return { query: query.compile() }
}

const suspensionOf = (row: Selectable<PlaneSchema['suspension']>): Suspension => ({
  kind: row.kind as SuspensionKind,
  name: row.name,
  at: row.at,
  by: row.made_by,
  reason: row.reason,
  revision: row.revision,
})
