import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Every file of a folder as it lies there. */
export const readFiles = (folder: string): Map<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => [path, readFileSync(path, 'latin1')]),
  )

/** Every row of every table of a database: its text, and each of its byte columns as the bytes they are. */
export const readTables = async (
  query: (sql: string) => Promise<Record<string, unknown>[]>,
): Promise<Map<string, string>> => {
  const tables = await query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  const all = new Map<string, string>()
  for (const { name } of tables) {
    const rows = await query(`select row_to_json(t)::text as text from ${name} t`)
    const text = rows.map((row) => String(row.text)).join('\n')
    // row_to_json writes bytes in hexadecimal.
    const bytes = [...text.matchAll(/\\\\x([0-9a-f]+)/g)].map(([, hex = '']) =>
      Buffer.from(hex, 'hex').toString('latin1'),
    )
    all.set(String(name), [text, ...bytes].join('\n'))
  }
  return all
}
