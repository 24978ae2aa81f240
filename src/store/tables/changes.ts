import type { Insertable, Selectable } from 'kysely'
import { type PlaneId, planeId } from '#domain/name.ts'
import { parseJson } from '#lib/json.ts'
import type { Database, Step } from '../database.ts'
import type { InstallationSchema } from '../schema.ts'
import type { Commit, ErasedKey, ItemHistory, Placed, RevisionChange } from '../store.ts'
import { inChunks } from './chunks.ts'

type Row = InstallationSchema['revision_change']

/** For `commit`: what this revision changes, so that others can follow it and it can be taken back. */
export const changeSteps = ({ db }: Database, commit: Commit, revision: number): Step[] => {
  const changes = [
    ...commit.documents.map((one) => ({ ...one, topic: 'document' as const })),
    ...commit.rows.map(({ topic, plane, name, ...rest }) => ({
      topic,
      plane,
      name,
      kind: 'kind' in rest ? rest.kind : '',
      before: undefined,
      after: undefined,
    })),
  ]
  const rows = changes.map((change, index) => rowOf(change, revision, index + 1))
  return inChunks(rows).map((chunk) => ({
    query: db.insertInto('revision_change').values(chunk).compile(),
  }))
}

/** The changes of at most `most` revisions above this one, in the order they were made. */
export const changesAfter = async (
  { db }: Database,
  revision: number,
  most: number,
): Promise<RevisionChange[]> => {
  const rows = await db
    .selectFrom('revision_change')
    .selectAll()
    .where('revision', '>', revision)
    .where('revision', '<=', revision + most)
    .orderBy('revision')
    .orderBy('number')
    .execute()
  return rows.map(changeOf)
}

/** Through the index on plane, kind and name: a row for each change that was ever made to an item is read. */
export const itemHistories = async ({ db }: Database, plane: PlaneId): Promise<ItemHistory[]> => {
  const rows = await db
    .selectFrom('revision_change as change')
    .innerJoin('revision', 'revision.revision', 'change.revision')
    .where('change.plane', '=', plane)
    // What has no kind is the pins of a server, or a secret.
    .where('change.kind', 'in', ['Server', 'API', ''])
    .where('change.topic', 'in', ['document', 'capability'])
    .groupBy('change.name')
    .select(({ fn }) => [
      'change.name as item',
      fn.count<number>('change.revision').distinct().as('count'),
      fn.max('change.revision').as('revision'),
      fn.min('revision.at').as('firstAt'),
      fn.max('revision.at').as('lastAt'),
    ])
    .execute()
  return rows.map((row) => ({ ...row }))
}

/** The keys that a revision destroyed, in the order it names them. */
export const erasedIn = async ({ db }: Database, revision: number): Promise<ErasedKey[]> => {
  const rows = await db
    .selectFrom('revision_change')
    .select(['plane', 'kind', 'name'])
    .where('revision', '=', revision)
    .where('topic', '=', 'payload key')
    .orderBy('number')
    .execute()
  return rows.map(({ plane, kind, name }) => ({
    plane: planeId(plane),
    period: kind,
    subject: name,
  }))
}

const rowOf = (
  change: Omit<RevisionChange, 'revision'>,
  revision: number,
  number: number,
): Insertable<Row> => ({
  revision,
  number,
  plane: change.plane,
  topic: change.topic,
  kind: change.kind,
  name: change.name,
  before_body: change.before ? JSON.stringify(change.before.body) : null,
  before_set: change.before?.set ?? null,
  after_body: change.after ? JSON.stringify(change.after.body) : null,
  after_set: change.after?.set ?? null,
})

const changeOf = (row: Selectable<Row>): RevisionChange => ({
  revision: row.revision,
  topic: row.topic as RevisionChange['topic'],
  plane: planeId(row.plane),
  kind: row.kind,
  name: row.name,
  before: placedOf(row.before_body, row.before_set),
  after: placedOf(row.after_body, row.after_set),
})

const placedOf = (body: string | null, set: string | null): Placed | undefined =>
  body === null ? undefined : { body: parseJson(body) as Placed['body'], set: set ?? undefined }
