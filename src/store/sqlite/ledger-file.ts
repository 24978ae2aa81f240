import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type Folder, ledgerFile, makeFile } from './files.ts'
import { treeDefinition } from './tree-file.ts'

/**
 * One plane's ledger file as its writer holds it. `latest` is the latest `at` of all entries so far:
 * it never falls, whatever the machine's clock does, so that a position can be sought by bisection.
 * Entries carry no secondary index: it would halve what can be written. `unfinished` is a snapshot,
 * taken now and then, of the intents that had no outcome when entry `up_to` was the last one: from
 * there on a start reads, instead of from the beginning.
 */
const definition = `
  create table if not exists entry (
    position integer primary key,
    latest integer not null,
    type text not null,
    body text not null
  ) strict;
  create table if not exists payload (
    position integer primary key,
    sealed blob not null
  ) strict;
  create table if not exists unfinished (
    one integer primary key check (one = 1),
    up_to integer not null,
    positions text not null
  ) strict;
  create table if not exists pruning (
    one integer primary key check (one = 1),
    up_to integer not null,
    said integer not null,
    done integer not null
  ) strict;
  insert or ignore into pruning (one, up_to, said, done) values (1, 0, 0, 0);
  drop trigger if exists entry_is_never_updated;
  create trigger entry_is_never_updated before update on entry
  when new.position <> old.position or new.latest <> old.latest or new.type <> old.type
    or new.body <> '' or new.position > (select up_to from pruning)
  begin select raise(abort, 'an entry is never updated'); end;
  create trigger if not exists entry_is_never_deleted before delete on entry
  begin select raise(abort, 'an entry is never deleted'); end;
  ${treeDefinition}
  create trigger if not exists pruning_is_said before update on pruning
  when new.up_to <> old.up_to and (
    new.up_to < old.up_to
    or not exists (
      select 1 from entry where position = new.said and position > new.up_to
        and type = 'ledger.pruned' and body ->> 'bodies' is not null and body ->> 'to' = new.up_to
    )
    or new.up_to > coalesce(
      (select size from checkpoint order by generation desc, number desc limit 1), 0)
  )
  begin select raise(abort, 'bodies go only as an entry says, and below a checkpoint'); end;
  create trigger if not exists pruning_is_never_deleted before delete on pruning
  begin select raise(abort, 'what was pruned stays pruned'); end;
`
const formatVersion = 3

/** How long a write waits for whoever else holds the file, a backup say. */
const patienceMs = 1500

export interface LedgerWriting {
  readonly db: DatabaseSync
  size: number
  latest: number
  /** Calls whose intent has no outcome, with the intent's position, in the order of positions. */
  readonly open: Map<string, number>
  /** Size at the newest snapshot of `open`. */
  snapshotAt: number
  readonly begin: StatementSync
  readonly commit: StatementSync
  readonly insertEntry: StatementSync
  readonly insertPayload: StatementSync
  readonly putUnfinished: StatementSync
}

/**
 * What the WAL holds is written into the file and synced before anything else: a process before this
 * one may have ended by a failed sync, after which the system takes pages for clean that never
 * reached the disk, and what is appended behind them would be lost with them when power fails. With
 * `afterFailure` set it opens only where that was possible at once. It waits for whoever holds the
 * file, but not once it has failed: all planes share this thread, and one of them does not hold up
 * the others.
 */
export const openForWriting = (
  folder: Folder,
  plane: string,
  { afterFailure }: { afterFailure: boolean },
): LedgerWriting => {
  const path = ledgerFile(folder, plane)
  makeFile(path)
  const db = new DatabaseSync(path, { timeout: afterFailure ? 0 : patienceMs })
  try {
    // Larger pages and rarer checkpoints than SQLite's defaults: a third less CPU per entry. With
    // recursive triggers on, `insert or replace` cannot delete behind the trigger's back.
    db.exec('pragma page_size = 8192; pragma journal_mode = wal; pragma synchronous = full')
    db.exec('pragma wal_autocheckpoint = 2000; pragma recursive_triggers = on')
    // What is let go of is overwritten, not only marked as free.
    db.exec('pragma secure_delete = on')
    const { busy } = db.prepare('pragma wal_checkpoint(truncate)').get() ?? {}
    if (afterFailure && busy !== 0) throw new Error('the WAL is being read; not synced anew yet')
    define(db)
    db.exec(`pragma busy_timeout = ${patienceMs}`)
    return { db, ...prepared(db), ...readState(db) }
  } catch (error) {
    db.close()
    throw error
  }
}

const define = (db: DatabaseSync): void => {
  const version = Number(db.prepare('pragma user_version').get()?.user_version)
  if (version > formatVersion) throw new Error('the ledger was written by a newer version')
  if (version === formatVersion) return
  db.exec(`begin immediate; ${definition} pragma user_version = ${formatVersion}; commit`)
}

const prepared = (db: DatabaseSync) => ({
  begin: db.prepare('begin immediate'),
  commit: db.prepare('commit'),
  insertEntry: db.prepare('insert into entry (position, latest, type, body) values (?, ?, ?, ?)'),
  insertPayload: db.prepare('insert into payload (position, sealed) values (?, ?)'),
  putUnfinished: db.prepare(
    'insert or replace into unfinished (one, up_to, positions) values (1, ?, ?)',
  ),
})

/** What the file says of itself; after a failed transaction it is read again, never guessed. */
export const readState = (db: DatabaseSync) => {
  const last = db.prepare('select position, latest from entry order by position desc limit 1').get()
  const snapshot = db.prepare('select up_to, positions from unfinished').get()
  const upTo = Number(snapshot?.up_to ?? 0)
  const open = new Map<string, number>()
  const callOf = db.prepare("select body ->> 'call' as call from entry where position = ?")
  for (const position of JSON.parse(String(snapshot?.positions ?? '[]')) as number[]) {
    open.set(String(callOf.get(position)?.call), position)
  }
  const since = db.prepare(
    `select position, type, body ->> 'call' as call from entry
     where position > ? and type in ('call.intent', 'call.outcome') and body <> ''
     order by position`,
  )
  for (const { position, type, call } of since.iterate(upTo)) {
    if (type === 'call.intent') open.set(String(call), Number(position))
    else open.delete(String(call))
  }
  return {
    size: Number(last?.position ?? 0),
    latest: Number(last?.latest ?? 0),
    open,
    snapshotAt: upTo,
  }
}
