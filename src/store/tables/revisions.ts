import type { Insertable, Selectable } from 'kysely'
import { type PlaneId, planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { Database, Step } from '../database.ts'
import { inPlane } from '../plane.ts'
import type { InstallationSchema } from '../schema.ts'
import type { Commit, Revision, Revisions, RowChange } from '../store.ts'
import { apiKeySteps, apiKeysIn } from './api-keys.ts'
import { capabilitySteps } from './capabilities.ts'
import { changeSteps, changesAfter, erasedIn, itemHistories } from './changes.ts'
import { clientSecretStep } from './client-secrets.ts'
import { documentSteps } from './documents.ts'
import { payloadKeyStep } from './payload-keys.ts'
import { revocationStep } from './revocations.ts'
import { secretSteps } from './secrets.ts'
import { signingKeyStep } from './signing-keys.ts'
import { suspensionStep } from './suspensions.ts'

export const revisionRows = (database: Database): Revisions => ({
  ...readingRows(database),
  changesAfter: (revision, most) => changesAfter(database, revision, most),
  itemHistories: (plane) => itemHistories(database, plane),
  erasedIn: (revision) => erasedIn(database, revision),
  apiKeysIn: (revision) => apiKeysIn(database, revision),
})

const readingRows = ({
  db,
}: Database): Omit<Revisions, 'changesAfter' | 'itemHistories' | 'erasedIn' | 'apiKeysIn'> => ({
  async newest() {
    const newest = await db
      .selectFrom('revision')
      .select('revision')
      .orderBy('revision', 'desc')
      .limit(1)
      .executeTakeFirst()
    return newest?.revision ?? 0
  },
  async find(revision) {
    const row = await db
      .selectFrom('revision')
      .selectAll()
      .where('revision', '=', revision)
      .executeTakeFirst()
    return row && revisionOf(row)
  },
  async findKey(key) {
    const row = await db
      .selectFrom('revision')
      .select(['revision', 'command_digest'])
      .where('command_key', '=', key)
      .executeTakeFirst()
    return row && { revision: row.revision, digest: row.command_digest ?? '' }
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
  const stale = new Fault('stale', { detail: `revision ${change.onto} is not the newest any more` })
  const revision = change.onto + 1
  try {
    const unexpected = await database.transact(steps(database, change, revision))
    if (unexpected !== undefined) throw stale
    if (change.rows.some(({ topic }) => topic === 'payload key'))
      await database.forget().catch(() => {})
    return revision
  } catch (error) {
    // Somebody else's revision of that number stands already, or one with this command's key.
    throw database.isUniqueViolation(error) ? stale : error
  }
}

const steps = (database: Database, change: Commit, revision: number): Step[] => [
  ...(change.onto === 0 ? [] : [revisionStands(database, change.onto)]),
  {
    query: database.db.insertInto('revision').values(rowOf(change, revision)).compile(),
    expect: 1,
  },
  ...[...Map.groupBy(change.documents, ({ plane }) => plane)].flatMap(([plane, documents]) =>
    documentSteps(inPlane(database, plane), documents, revision),
  ),
  ...change.rows.flatMap((row) => rowSteps(database, row, { ...change, revision })),
  ...changeSteps(database, change, revision),
  ...database.wake,
]

const rowSteps = (
  database: Database,
  row: RowChange,
  about: { by: string; at: number; revision: number },
): Step[] => {
  const db = inPlane(database, row.plane)
  switch (row.topic) {
    case 'suspension':
      return [suspensionStep(db, row, about)]
    case 'secret':
      return secretSteps(db, row)
    case 'client secret':
      return [clientSecretStep(db, row)]
    case 'api key':
      return apiKeySteps(db, row, about.at)
    case 'capability':
      return capabilitySteps(db, row, about)
    case 'payload key':
      return [payloadKeyStep(db, row)]
    case 'signing key':
      return [signingKeyStep(db, row)]
    case 'revocation':
      return [revocationStep(database, row.plane, row.row, about.at)]
  }
}

const revisionStands = ({ db }: Database, revision: number): Step => ({
  query: db.selectFrom('revision').select('revision').where('revision', '=', revision).compile(),
  expect: 1,
})

const rowOf = (change: Commit, revision: number): Insertable<InstallationSchema['revision']> => ({
  revision,
  at: change.at,
  made_by: change.by,
  why: change.why,
  file_set: change.set ?? null,
  summary: change.summary,
  diff: change.diff,
  planes: JSON.stringify(planesOf(change)),
  entered: false,
  command_key: change.key?.text ?? null,
  command_digest: change.key?.digest ?? null,
})

const planesOf = ({ documents, rows }: Commit): PlaneId[] =>
  [...new Set([...documents, ...rows].map(({ plane }) => plane))].sort()

const revisionOf = (row: Selectable<InstallationSchema['revision']>): Revision => ({
  revision: row.revision,
  at: row.at,
  by: row.made_by,
  why: row.why,
  set: row.file_set ?? undefined,
  summary: row.summary,
  diff: row.diff,
  planes: (JSON.parse(row.planes) as string[]).map(planeId),
})
