import { CompiledQuery } from 'kysely'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Database } from '../database.ts'
import { createHeld, tellHere } from '../mailboxes.ts'
import type { Mailboxes } from '../store.ts'
import { nowMs } from './now.ts'
import { messageOf } from './postgres-error.ts'

/** What is told and what was heard is notified here; every process listens. */
export const mailboxChannel = 'bailiwick_mailbox'

/** That may wait to be heard, of all processes together. Heard within milliseconds, so few ever do. */
const mostMessages = 1000
const mostBytes = 256 * 1024 * 1024
/** What nobody heard is taken away by whoever told it; this long after its end by anybody. */
const leftMs = 60_000

export interface PostgresMailboxes {
  plane(id: PlaneId): Mailboxes
  /** A notification of the channel. */
  hear(payload: string): void
  /** Notifications may have been missed. */
  look(): void
}

/**
 * Told over a table, with a notification that names the mailbox: who holds it takes the row, which
 * makes it heard once, and notifies that it has. Messages of one mailbox are taken one by one.
 */
export const createPostgresMailboxes = (parts: {
  database: Database
  nextId: () => string
  clock: Clock
  log: Log
  /** Begins to listen, if nothing has yet. */
  listen: () => void
}): PostgresMailboxes => {
  const { clock, log } = parts
  const held = createHeld()
  const lines = new Map<string, Promise<void>>()
  const told = new Map<string, () => void>()
  /** Those of them whose row stands or stood: what is gone was heard. */
  const added = new Set<string>()

  const run = async <Row>(text: string, values: readonly unknown[]): Promise<Row[]> =>
    (await parts.database.db.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows

  const take = async (plane: string, key: string, id: string): Promise<void> => {
    if (!held.find(plane, key)) return
    const [row] = await run<{ message: Uint8Array }>(takeText, [id])
    if (row) held.find(plane, key)?.(row.message)
  }
  /** Behind what is being taken of the same mailbox. */
  const enqueue = (plane: string, key: string, id: string): void => {
    if (!held.find(plane, key)) return
    const name = `${plane} ${key}`
    const line = (lines.get(name) ?? Promise.resolve())
      .then(() => take(plane, key, id))
      .catch((error: unknown) => log.warn('mailbox.untaken', { problem: messageOf(error) }))
      .then(() => {
        if (lines.get(name) === line) lines.delete(name)
      })
    lines.set(name, line)
  }

  const look = async (): Promise<void> => {
    if (held.size > 0)
      for (const row of await run<Standing>(standingText, [])) enqueue(row.plane, row.key, row.id)
    if (added.size === 0) return
    const asked = [...added]
    const left = await run<{ id: string }>(leftText, [asked])
    const standing = new Set(left.map(({ id }) => id))
    for (const id of asked) if (!standing.has(id)) told.get(id)?.()
  }

  /** Resolves when somebody has it, or after that time. */
  const heard = (id: string, withinMs: number): { promise: Promise<void>; settle(): void } => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = clock.after(withinMs, () => settle())
    const settle = () => {
      stop()
      told.delete(id)
      resolve()
    }
    return { promise, settle }
  }

  const tell = async (
    plane: PlaneId,
    key: string,
    message: Uint8Array,
    withinMs: number,
  ): Promise<boolean> => {
    if (await tellHere(held, plane, key, message)) return true
    parts.listen()
    const id = parts.nextId()
    const waiting = heard(id, withinMs)
    told.set(id, waiting.settle)
    try {
      const values = [id, plane, key, message, message.length, withinMs]
      const [row] = await run<{ id: string }>(addText, values)
      if (!row) throw new Fault('flood', { detail: 'too much waits between processes' })
      added.add(id)
      await waiting.promise
    } finally {
      waiting.settle()
      added.delete(id)
    }
    // Whoever takes the row decides: a holder has heard it, and here it is taken back.
    return (await run<{ id: string }>(takeBackText, [id])).length === 0
  }

  return {
    plane: (plane) => ({
      hold(key, hear) {
        parts.listen()
        return held.hold(plane, key, hear)
      },
      tell: (key, message, withinMs) => tell(plane, key, message, withinMs),
    }),
    hear(payload) {
      const [what, id, plane, key] = payload.split(' ')
      if (what === 'told' && id && plane && key) enqueue(plane, key, id)
      if (what === 'heard' && id) told.get(id)?.()
    },
    look() {
      look().catch((error: unknown) => log.warn('mailbox.unseen', { problem: messageOf(error) }))
    },
  }
}

interface Standing {
  readonly id: string
  readonly plane: string
  readonly key: string
}

const addText = `with gone as (delete from mailbox_message where until < ${nowMs} - ${leftMs}),
  added as (
    insert into mailbox_message (id, plane, key, message, bytes, until)
    select $1::text, $2::text, $3::text, $4::bytea, $5::bigint, ${nowMs} + $6::bigint
    where (select count(*) < ${mostMessages} and coalesce(sum(bytes), 0) + $5::bigint <= ${mostBytes}
      from mailbox_message)
    returning id)
  select id, pg_notify('${mailboxChannel}', concat_ws(' ', 'told', $1::text, $2::text, $3::text))
  from added`

const takeText = `with taken as (
    delete from mailbox_message where id = $1 and until >= ${nowMs} returning message)
  select message, pg_notify('${mailboxChannel}', 'heard ' || $1::text) from taken`

const takeBackText = 'delete from mailbox_message where id = $1 returning id'

const standingText = `select id, plane, key from mailbox_message where until >= ${nowMs} order by number`

const leftText = 'select id from mailbox_message where id = any($1::text[])'
