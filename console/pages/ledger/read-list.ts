import { ask as askApi } from '../../api/client.ts'
import type { CallRow } from './merge.ts'
import type { CallAsk } from './question.ts'

const path = '/api/v1/planes/{plane}/calls'
const pageRows = 500

/** What a browser holds without trouble; for more there is the terminal. */
export const most = 50_000

/** Every call that the list shows, plane by plane, newest first; `isCut` where there are more than `most`. */
export const readList = async (
  planes: readonly string[],
  ask: CallAsk,
  { signal, onRows }: { signal: AbortSignal; onRows: (count: number) => void },
): Promise<{ readonly rows: readonly CallRow[]; readonly isCut: boolean }> => {
  const rows: CallRow[] = []
  for (const plane of planes)
    for (let after: string | undefined; ; ) {
      const query = { ...ask, limit: pageRows, ...(after !== undefined && { after }) }
      const page = await askApi('get', path, { params: { path: { plane }, query }, signal })
      rows.push(...page.items)
      onRows(Math.min(rows.length, most))
      if (rows.length > most) return { rows: rows.slice(0, most), isCut: true }
      if (page.next === undefined) break
      after = page.next
    }
  return { rows: rows.toSorted((a, b) => b.at - a.at), isCut: false }
}
