import type { PlaneId } from '#domain/name.ts'

/** How the two engines write the same statement about one plane's index. */
export interface Dialect {
  /** In a file of the plane's own, or among those of all planes. */
  table(name: TableName): string
  /** That its rows are the plane's: followed by `and`, or nothing. */
  own(alias: string): string
  /** The place of a value, in the order of the text. */
  bind(value: number | string): string
  /** Whether a column is one of these numbers. */
  among(column: string, ids: readonly number[]): string
  /** Whether a column is one of these texts. */
  amongTexts(column: string, texts: readonly string[]): string
  /** The lesser and the greater of two. */
  readonly least: 'min' | 'least'
  readonly greatest: 'max' | 'greatest'
  /** Keeps a column from being looked up in an index. */
  plain(column: string): string
  /** The statement that asks for the position up to which the index follows the ledger. */
  readonly cursor: string
}
export type TableName =
  | 'series'
  | 'word'
  | 'call'
  | 'mark'
  | 'marked'
  | 'loose'
  | 'open'
  | 'hour'
  | 'day'
  | 'span'

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}
/** A statement written by parts, whose values come in the order of its text. */
export type Write = (write: (dialect: Dialect) => string) => Statement

export const writeForSqlite: Write = (write) => {
  const values: unknown[] = []
  const bind = (value: unknown) => {
    values.push(value)
    return '?'
  }
  const among = (column: string, values: readonly unknown[]) => {
    const place = bind(JSON.stringify(values))
    return `${column} in (select value from json_each(${place}))`
  }
  const text = write({
    table: (name) => name,
    own: () => '',
    bind,
    among,
    amongTexts: among,
    least: 'min',
    greatest: 'max',
    plain: (column) => `+${column}`,
    cursor: 'select c.position from cursor c',
  })
  return { text, values }
}

/** As one of the followers of a ledger. */
export const followerName = 'call index'

export const writeForPostgres =
  (plane: PlaneId): Write =>
  (write) => {
    const values: unknown[] = [plane]
    const bind = (value: unknown) => `$${values.push(value)}`
    const text = write({
      table: (name) => `index_${name}`,
      own: (alias) => `${alias}.plane = $1 and `,
      bind: (value) =>
        typeof value === 'number' ? `${bind(value)}::bigint` : `${bind(value)}::text`,
      among: (column, ids) => `${column} = any(${bind(ids)}::bigint[])`,
      amongTexts: (column, texts) => `${column} = any(${bind(texts)}::text[])`,
      least: 'least',
      greatest: 'greatest',
      plain: (column) => `(${column} + 0)`,
      cursor: `select f.position from follower f where f.plane = $1 and f.name = '${followerName}'`,
    })
    return { text, values }
  }
