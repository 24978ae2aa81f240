// Who used a tool in thirty days, by the index of calls, at so many calls: filled through its real writer,
// in a folder of its own. Prints the time of the first answer and the median of twenty, and the ratios.
//   node bench/index.ts [CALLS …] [--json]      by default 100000 1000000 10000000
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { planeId } from '#domain/name.ts'
import { busy, cost, openLedger, windows } from '../test/stories/carrier.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const sizes = positionals.length > 0 ? positionals.map(Number) : [100_000, 1_000_000, 10_000_000]
const plane = planeId('carrier')

const measure = async (calls: number) => {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-bench-'))
  try {
    const filling = performance.now()
    const { store, at } = await openLedger(plane, calls, { folder })
    const filled = performance.now() - filling
    const times: number[] = []
    let rows = 0
    for (let n = 0; n < 21; n++) {
      const begun = performance.now()
      rows = (await cost(at, plane, windows[0], busy)).read
      times.push(performance.now() - begun)
    }
    await store.close()
    const [first = 0, ...later] = times
    const median = later.toSorted((a, b) => a - b)[10] ?? 0
    return {
      calls,
      'filled s': Math.round(filled / 1000),
      'first ms': first,
      'median ms': median,
      rows,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const rows: Awaited<ReturnType<typeof measure>>[] = []
for (const calls of sizes) rows.push(await measure(calls))
if (values.json) console.log(JSON.stringify(rows))
else {
  console.table(rows)
  const least = rows[0]?.['median ms'] ?? 1
  console.log(rows.map((row) => (row['median ms'] / least).toFixed(1)).join(' : '))
}
