import { existsSync, readdirSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { ledgerFile, ledgerFolder, storeFile } from './files.ts'
import { lockFolder } from './store-db.ts'

/** A data folder as it is read to be moved: locked, and nothing in it written. */
export interface Source {
  /** Numbers of the migrations that made its tables. */
  readonly migrations: readonly number[]
  /** Tables and their columns, each behind those that it refers to. */
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[]
  /** Rows of a table in chunks, each row with its values in the order of the columns. */
  rows(table: string, chunk: number): Iterable<readonly (readonly SQLOutputValue[])[]>
  readonly planes: readonly string[]
  /** Entries in the order of their positions, in chunks. */
  entries(plane: string, chunk: number): Iterable<readonly MovedEntry[]>
  /** How far bodies have gone; undefined where none has. */
  pruning(plane: string): { to: number; said: number; done: number } | undefined
  /** Rows of one table of a plane's tree in chunks, in the order of its columns; none of a ledger that has no tree yet. */
  tree(
    plane: string,
    table: TreeTable,
    chunk: number,
  ): Iterable<readonly (readonly SQLOutputValue[])[]>
  close(): void
}
/** A table of the trees, with the columns that tell its rows apart first. */
export interface TreeTable {
  readonly name: 'tree' | 'tile' | 'checkpoint'
  readonly keys: readonly string[]
  readonly others: readonly string[]
}
export interface MovedEntry {
  readonly position: number
  readonly latest: number
  readonly type: string
  readonly body: string
  readonly payload: Uint8Array | null
}

/** Throws what SQLite says where another process owns the folder, or where it holds no store. */
export const openSource = (folder: string): Source => {
  if (!existsSync(storeFile(folder))) throw new Error('there is no store.db in it')
  const lock = lockFolder(folder)
  const db = new DatabaseSync(storeFile(folder), { readOnly: true })
  const names = db
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`)
    .all()
    .map(({ name }) => String(name))
  const columnsOf = (table: string) =>
    db.prepare('select name from pragma_table_info(?)').all(table)
  return {
    migrations: db
      .prepare('select number from migration order by number')
      .all()
      .map(({ number }) => Number(number)),
    tables: inOrder(db, names).map((name) => ({
      name,
      columns: columnsOf(name).map((column) => String(column.name)),
    })),
    rows: (table, chunk) => rowsOf(db, table, chunk),
    planes: planesOf(folder),
    entries: (plane, chunk) => entriesOf(ledgerFile(folder, plane), chunk),
    pruning: (plane) => pruningOf(ledgerFile(folder, plane)),
    tree: (plane, table, chunk) => treeOf(ledgerFile(folder, plane), table, chunk),
    close() {
      db.close()
      lock.close()
    },
  }
}

/** What a foreign key refers to comes first. */
const inOrder = (db: DatabaseSync, names: readonly string[]): string[] => {
  const targets = db.prepare('select distinct "table" as name from pragma_foreign_key_list(?)')
  const ordered: string[] = []
  const add = (name: string): void => {
    if (ordered.includes(name)) return
    for (const target of targets.all(name)) if (target.name !== name) add(String(target.name))
    ordered.push(name)
  }
  for (const name of names) add(name)
  return ordered
}

function* rowsOf(db: DatabaseSync, table: string, chunk: number) {
  const statement = db.prepare(`select * from "${table}"`)
  statement.setReturnArrays(true)
  yield* inChunks(statement.iterate() as unknown as Iterable<SQLOutputValue[]>, chunk)
}

const planesOf = (folder: string): string[] =>
  existsSync(ledgerFolder(folder))
    ? readdirSync(ledgerFolder(folder))
        .filter((name) => name.endsWith('.db'))
        .map((name) => name.slice(0, -'.db'.length))
        .sort()
    : []

function* entriesOf(file: string, chunk: number) {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const statement = db.prepare(`select position, latest, type, body, sealed as payload
      from entry left join payload using (position) order by position`)
    yield* inChunks(statement.iterate() as unknown as Iterable<MovedEntry>, chunk)
  } finally {
    db.close()
  }
}

const pruningOf = (file: string): { to: number; said: number; done: number } | undefined => {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    if (db.prepare(`select 1 from sqlite_schema where name = 'pruning'`).get() === undefined) return
    const row = db.prepare('select up_to as "to", said, done from pruning where up_to > 0').get()
    return row as { to: number; said: number; done: number } | undefined
  } finally {
    db.close()
  }
}

function* treeOf(file: string, { name, keys, others }: TreeTable, chunk: number) {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const stands = db.prepare('select 1 from sqlite_schema where name = ?').get(name)
    if (stands === undefined) return
    const columns = [...keys, ...others].join(', ')
    const statement = db.prepare(`select ${columns} from ${name} order by ${keys.join(', ')}`)
    statement.setReturnArrays(true)
    yield* inChunks(statement.iterate() as unknown as Iterable<SQLOutputValue[]>, chunk)
  } finally {
    db.close()
  }
}

function* inChunks<Row>(rows: Iterable<Row>, chunk: number): Generator<Row[]> {
  let some: Row[] = []
  for (const row of rows) {
    some.push(row)
    if (some.length < chunk) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}
