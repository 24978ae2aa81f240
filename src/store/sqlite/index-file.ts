import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type Folder, indexFile, makeFile } from './files.ts'

/**
 * A plane's index of its calls. It is derived, so a crash may take the last of it, together with the
 * cursor; and what cannot be read, or is of another version, is thrown away and made anew. `digest` of
 * the cursor says which entry the last one was: over another ledger it is no index.
 */
const definition = `
  create table series (id integer primary key, digest text not null unique, said text not null) strict;
  create table word (
    id integer primary key, digest text not null unique, field text not null, said text not null
  ) strict;
  create table call (
    position integer primary key, at integer not null, series integer not null,
    count integer not null, outcome integer not null
  ) strict;
  create index call_series on call (series);
  create table mark (
    word integer not null, position integer not null, primary key (word, position)
  ) strict, without rowid;
  create table marked (
    position integer not null, word integer not null, primary key (position, word)
  ) strict, without rowid;
  create table loose (
    series integer not null, word integer not null, primary key (series, word)
  ) strict, without rowid;
  create table open (
    call text primary key, position integer not null, at integer not null,
    series integer not null, called integer
  ) strict, without rowid;
  create table hour (
    series integer not null, start integer not null, count integer not null,
    first integer not null, last integer not null, primary key (series, start)
  ) strict, without rowid;
  create table day (
    series integer not null, start integer not null, count integer not null,
    first integer not null, last integer not null, primary key (series, start)
  ) strict, without rowid;
  create table span (hour integer primary key, low integer not null, high integer not null) strict;
  create table cursor (
    one integer primary key check (one = 1), position integer not null, digest text not null
  ) strict;
  insert into cursor values (1, 0, '');
`
const formatVersion = 2

export const openIndex = (folder: Folder, plane: string): DatabaseSync => {
  const path = indexFile(folder, plane)
  try {
    return open(path)
  } catch (error) {
    if (path === ':memory:' || !isUnreadable(error)) throw error
    removeIndex(folder, plane)
    return open(path)
  }
}

export const removeIndex = (folder: Folder, plane: string): void => {
  const path = indexFile(folder, plane)
  if (path !== ':memory:')
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
}

class OtherVersion extends Error {}

const open = (path: string): DatabaseSync => {
  makeFile(path)
  const db = new DatabaseSync(path, { timeout: 5000 })
  try {
    db.exec('pragma page_size = 8192; pragma journal_mode = wal; pragma synchronous = normal')
    db.exec('pragma cache_size = -16000')
    const version = Number(db.prepare('pragma user_version').get()?.user_version)
    if (version === 0)
      db.exec(`begin immediate; ${definition} pragma user_version = ${formatVersion}; commit`)
    else if (version !== formatVersion) throw new OtherVersion('an index of another version')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const isUnreadable = (error: unknown): boolean =>
  error instanceof OtherVersion ||
  (error instanceof Error && 'errcode' in error && [11, 26].includes(Number(error.errcode) & 0xff))
