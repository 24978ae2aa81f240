// The console's Ledger over a plane of so many calls: what it asks when it opens, of thirty days and of the
// last one, answered by an installation in this process as the API answers it, and written as JSON. Filled
// through the ledger's real writer, in a folder of its own. Medians of twenty, and the ratios.
//   node bench/ledger-screen.ts [CALLS …] [--json]      by default 100000 1000000
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { planeId } from '#domain/name.ts'
import { systemClock as clock } from '#lib/clock.ts'
import { askCalls } from '#manager/asking.ts'
import type { Desk } from '#manager/desk.ts'
import { facetsOfCalls, histogramOfCalls } from '#manager/overview.ts'
import { startInstallation } from '../src/compose.ts'
import { beganAt, lastsMs } from '../test/ledger/flows.ts'
import { openLedger } from '../test/stories/carrier.ts'
import { failing, pageRows, usualFacets } from '../test/stories/ledger-screen.ts'
import { type Spent, spentBy } from './spent.ts'
import { formatTable } from './table.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const sizes = positionals.length > 0 ? positionals.map(Number) : [100_000, 1_000_000]
const plane = planeId('carrier')
const day = 86_400_000
const times = 20

const ranges = {
  'thirty days': { since: beganAt, until: beganAt + lastsMs },
  'one day': { since: beganAt + lastsMs - day, until: beganAt + lastsMs },
} as const
type RangeName = keyof typeof ranges

/** What the screen asks, part by part; the page alone is what there would be without an overview. */
const partsOf = (desk: Desk, range: RangeName) => {
  const { since, until } = ranges[range]
  const between = { since: new Date(since).toISOString(), until: new Date(until).toISOString() }
  const about = { plane, ...between }
  return {
    page: () => askCalls(desk, { ...about, most: pageRows }),
    facets: () => facetsOfCalls(desk, { ...about, field: usualFacets, top: 100 }),
    bars: () =>
      Promise.all([
        histogramOfCalls(desk, about),
        histogramOfCalls(desk, { ...about, result: failing }),
      ]),
  }
}
type Part = keyof ReturnType<typeof partsOf>

interface Row extends Spent {
  readonly range: RangeName
  readonly part: Part
  readonly calls: number
}

const planeDocument = JSON.stringify({
  ...{ apiVersion: 'bailiwick/v1', kind: 'Plane', name: plane, owner: 'carrier' },
})

/** What follows the ledger has caught up once the process rests. */
const untilIdle = async (): Promise<void> => {
  for (let rests = 0; rests < 3; ) {
    const before = process.cpuUsage()
    await pause(400)
    const { user, system } = process.cpuUsage(before)
    rests = user + system < 40_000 ? rests + 1 : 0
  }
}

const fill = async (folder: string, calls: number): Promise<number> => {
  const begun = performance.now()
  const { store } = await openLedger(plane, calls, { folder })
  await store.close()
  return (performance.now() - begun) / 1000
}

const measure = async (calls: number) => {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-bench-'))
  try {
    const filledSeconds = await fill(folder, calls)
    const started = await startInstallation({
      ...{ data: folder, listen: '127.0.0.1:0', sample: false },
      print: () => {},
    })
    const { installation } = started
    const desk: Desk = { installation, by: 'bench', stop: undefined, clock }
    await installation.change.apply({
      ...{ files: [{ name: 'bench.yaml', text: planeDocument }], set: 'bench', by: 'bench' },
      ...{ prune: false, dryRun: false, runners: new Set() },
    })
    await untilIdle()
    const rows: Row[] = []
    for (const range of Object.keys(ranges) as RangeName[])
      for (const [part, work] of Object.entries(partsOf(desk, range)))
        rows.push({ range, part: part as Part, calls, ...(await spentBy(times, work)) })
    await started.stop()
    return { filledSeconds, rows }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Beside the same part of the smallest ledger, and beside the page of the same one; by CPU. */
const withRatios = (rows: readonly Row[]) =>
  rows.map((row) => {
    const times = (wanted: Partial<Row>) => {
      const { calls, range, part } = { ...row, ...wanted }
      const beside = rows.find(
        (one) => one.calls === calls && one.range === range && one.part === part,
      )
      return row.cpuMs / (beside?.cpuMs ?? Number.NaN)
    }
    return {
      ...row,
      timesSmallest: times({ calls: sizes[0] ?? row.calls }),
      timesPage: times({ part: 'page' }),
    }
  })

const rows: Row[] = []
for (const calls of sizes) {
  const measured = await measure(calls)
  console.error(`${calls} calls, filled in ${measured.filledSeconds.toFixed(0)} s`)
  rows.push(...measured.rows)
}
const told = withRatios(rows)
if (values.json) console.log(JSON.stringify({ rows: told }))
else {
  const head = ['calls', 'of', 'part', 'ms', 'CPU ms', `× at ${sizes[0]}`, '× the page']
  const cells = told.map(({ calls, range, part, ms, cpuMs, timesSmallest, timesPage }) => [
    ...[String(calls), range, part],
    ...[ms, cpuMs, timesSmallest, timesPage].map((figure) => figure.toFixed(1)),
  ])
  console.log(formatTable(head, cells))
}
process.exit(0)
