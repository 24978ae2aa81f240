import { type RawBuilder, type Selectable, sql } from 'kysely'
import { type MemberId, memberId } from '#domain/name.ts'
import type { Database } from '../database.ts'
import type { InstallationSchema } from '../schema.ts'
import type { Member, Members } from '../store.ts'

/** Who is not seen for longer is taken for dead. */
export const deadAfterMs = 10_000
const rememberedMs = 24 * 60 * 60_000

export interface ThisProcess {
  readonly id: MemberId
  readonly host: string
  readonly pid: number
  readonly version: string
}

type Now = RawBuilder<number> | number
type Said = Parameters<Members['beat']>[0]

export const memberRows = (database: Database, self: ThisProcess, now: () => Now): Members => ({
  self: self.id,
  beat: (said) => beat(database, self, now(), said),
  async list() {
    const rows = await database.db
      .selectFrom('member')
      .selectAll()
      .select(isAlive(now()).as('alive'))
      .orderBy('started_at')
      .orderBy('id')
      .execute()
    return rows.map(memberOf)
  },
  async leave() {
    await database.db
      .updateTable('member')
      .set({ ended: true, seen_at: now() })
      .where('id', '=', self.id)
      .execute()
  },
})

/** Puts this process among the members, and takes away who has been gone for a day. */
export const join = async (
  database: Database,
  self: ThisProcess,
  now: () => Now,
): Promise<void> => {
  // Nobody else can have this database open, whatever the last one that had it could still say.
  if (database.engine === 'sqlite') {
    await database.db.updateTable('member').set({ ended: true }).execute()
  }
  const gone = sql<number>`${now()} - ${rememberedMs}`
  await database.db.deleteFrom('member').where('seen_at', '<', gone).execute()
  await beat(database, self, now(), { revision: 0, address: '' })
}

/** Whoever was not seen for too long begins a new presence: others may have acted on its death. */
const beat = async (
  { db }: Database,
  { id, host, pid, version }: ThisProcess,
  now: Now,
  { revision, address }: Said,
): Promise<void> => {
  const times = { started_at: now, present_since: now, seen_at: now }
  const wasDead = sql<boolean>`member.ended or member.seen_at < ${now} - ${deadAfterMs}`
  await db
    .insertInto('member')
    .values({ id, host, pid, version, address, revision, ...times, ended: false })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({
        address,
        revision,
        present_since: sql`case when ${wasDead} then ${now} else member.present_since end`,
        seen_at: now,
        ended: false,
      }),
    )
    .execute()
}

const isAlive = (now: Now) => sql<boolean>`not ended and seen_at >= ${now} - ${deadAfterMs}`

const memberOf = (row: Selectable<InstallationSchema['member']> & { alive: boolean }): Member => ({
  id: memberId(row.id),
  host: row.host,
  pid: row.pid,
  version: row.version,
  address: row.address,
  revision: row.revision,
  startedAt: row.started_at,
  seenAt: row.seen_at,
  // SQLite answers 1 or 0, PostgreSQL true or false.
  alive: Boolean(row.alive),
  left: Boolean(row.ended),
})
