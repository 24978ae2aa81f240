import { DatabaseSync } from 'node:sqlite'

/** An entry as it lies on disk, read without the product's code: a naive second reader. */
export type Raw = {
  position: number
  type: string
  call: string
  at: number
  [key: string]: unknown
}

/** Every entry of a plane's ledger file, in order. */
export function readLedgerFile(data: string, plane: string): { entries: Raw[]; sound: boolean } {
  const file = new DatabaseSync(`${data}/ledger/${plane}.db`, { timeout: 5000 })
  const rows = file.prepare('select * from entry order by 1').all() as {
    position: number
    body: string
  }[]
  const [check] = file.prepare('pragma integrity_check').all() as { integrity_check: string }[]
  file.close()
  const entries = rows.map(({ position, body }) => ({ position, ...JSON.parse(body) }))
  const contiguous = entries.every((entry, index) => entry.position === index + 1)
  return { entries, sound: check?.integrity_check === 'ok' && contiguous }
}

/** The same on PostgreSQL. */
export async function readLedgerTables(
  query: (sql: string) => Promise<Record<string, unknown>[]>,
  plane: string,
): Promise<{ entries: Raw[]; sound: boolean }> {
  // What has no position yet comes last, as it will.
  const rows = await query(
    `select p.position, e.body from ledger_entry e
       left join ledger_position p on p.plane = e.plane and p.id = e.id
       left join ledger_queue q on q.plane = e.plane and q.id = e.id
     where e.plane = '${plane}' order by p.position nulls last, q.ticket`,
  )
  const entries = rows.map(({ body }, index) => ({
    position: index + 1,
    ...JSON.parse(String(body)),
  }))
  const positions = rows.flatMap(({ position }) => (position === null ? [] : [Number(position)]))
  return { entries, sound: positions.every((position, index) => position === index + 1) }
}
