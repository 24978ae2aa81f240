import type { Insertable, Selectable } from 'kysely'
import { type PlaneId, planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { Database, Step } from '../database.ts'
import { inPlane } from '../plane.ts'
import type { InstallationSchema } from '../schema.ts'
import type { Commit, Revision, Revisions } from '../store.ts'
import { putDocument, removeDocument } from './documents.ts'

export const revisionRows = ({ db }: Database): Revisions => ({
  async newest() {
    const newest = await db
      .selectFrom('revision')
      .select('revision')
      .orderBy('revision', 'desc')
      .limit(1)
      .executeTakeFirst()
    return newest?.revision ?? 0
  },
  async page(before, most) {
    let query = db.selectFrom('revision').selectAll()
    if (before !== undefined) query = query.where('revision', '<', before)
    const rows = await query.orderBy('revision', 'desc').limit(most).execute()
    return rows.map(revisionOf)
  },
  async listUnentered() {
    const rows = await db
      .selectFrom('revision')
      .selectAll()
      .where('entered', '=', false)
      .orderBy('revision')
      .execute()
    return rows.map(revisionOf)
  },
  async markEntered(revision) {
    await db
      .updateTable('revision')
      .set({ entered: true })
      .where('revision', '=', revision)
      .execute()
  },
})

/** See `Store.commit`. */
export const commit = async (database: Database, change: Commit): Promise<number> => {
  const stale = new Fault('bad_documents', {
    detail: `revision ${change.onto} is not the newest any more`,
  })
  const revision = change.onto + 1
  try {
    const unexpected = await database.transact(steps(database, change, revision))
    if (unexpected !== undefined) throw stale
    return revision
  } catch (error) {
    // Somebody else's revision of that number stands already.
    throw database.isUniqueViolation(error) ? stale : error
  }
}

const steps = (database: Database, change: Commit, revision: number): Step[] => [
  ...(change.onto === 0 ? [] : [revisionStands(database, change.onto)]),
  {
    query: database.db.insertInto('revision').values(rowOf(change, revision)).compile(),
    expect: 1,
  },
  ...change.remove.map((gone) => removeDocument(inPlane(database, gone.plane), gone)),
  ...change.put.map((put) => putDocument(inPlane(database, put.plane), put, revision)),
]

const revisionStands = ({ db }: Database, revision: number): Step => ({
  query: db.selectFrom('revision').select('revision').where('revision', '=', revision).compile(),
  expect: 1,
})

const rowOf = (change: Commit, revision: number): Insertable<InstallationSchema['revision']> => ({
  revision,
  at: change.at,
  made_by: change.by,
  file_set: change.set ?? null,
  summary: change.summary,
  diff: change.diff,
  planes: JSON.stringify(planesOf(change)),
  entered: false,
})

const planesOf = ({ put, remove }: Commit): PlaneId[] =>
  [...new Set([...put, ...remove].map(({ plane }) => plane))].sort()

const revisionOf = (row: Selectable<InstallationSchema['revision']>): Revision => ({
  revision: row.revision,
  at: row.at,
  by: row.made_by,
  set: row.file_set ?? undefined,
  summary: row.summary,
  diff: row.diff,
  planes: (JSON.parse(row.planes) as string[]).map(planeId),
})
