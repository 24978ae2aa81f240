import { DatabaseSync } from 'node:sqlite'

/** An entry as it lies on disk, read without the product's code: a naive second reader. */
export type Raw = {
  position: number
  type: string
  call: string
  at: number
  [key: string]: unknown
}

/** Every entry of a plane's ledger file, in order. The installation must be stopped or killed. */
export function readLedger(data: string, plane: string): { entries: Raw[]; sound: boolean } {
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
