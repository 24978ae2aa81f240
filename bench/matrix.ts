// The console's Permissions at so many capabilities and agents: what an installation in this process answers
// as the API answers it, each cell by the gateway's own evaluator, and writes as JSON. Medians of twenty.
//   node bench/matrix.ts [CAPABILITIESxAGENTS …] [--json]      by default 50x6 500x60
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { planeId } from '#domain/name.ts'
import { systemClock as clock } from '#lib/clock.ts'
import type { Desk } from '#manager/desk.ts'
import { matrix } from '#manager/matrix.ts'
import { startInstallation } from '../src/compose.ts'
import { spentBy } from './spent.ts'
import { formatTable } from './table.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const sizes = (positionals.length > 0 ? positionals : ['50x6', '500x60']).map((written) => {
  const [capabilities = 0, agents = 0] = written.split('x').map(Number)
  return { capabilities, agents }
})
type Size = (typeof sizes)[number]

const plane = 'ops'
const owner = 'platform-team'
const consumer = 'workplace-ai'
const perItem = 50
const times = 20

const numbered = (count: number) => Array.from({ length: count }, (_, n) => n)
const operationOf = (n: number) => `operation_${n}`
const classOf = (n: number) => (['read', 'write', 'destructive'] as const)[n % 3] ?? 'read'

/** Operations of an API are known from its document: nothing is asked of it. */
const apiOf = (item: number, capabilities: number) => {
  const own = numbered(Math.min(perItem, capabilities - item * perItem))
  const paths = Object.fromEntries(
    own.map((n) => [
      `/${n}`,
      { get: { operationId: operationOf(n), responses: { 200: { description: 'Done.' } } } },
    ]),
  )
  const openapi = { openapi: '3.1.0', info: { title: `Item ${item}`, version: '1' }, paths }
  return {
    ...{ kind: 'API', plane, name: `item-${item}`, owner },
    upstream: { url: 'http://127.0.0.1:9', openapi: JSON.stringify(openapi) },
    operations: Object.fromEntries(own.map((n) => [operationOf(n), { class: classOf(n) }])),
  }
}

/** What each agent reads, two items that it also writes to, and one grant whose condition reads arguments. */
const grantsOf = (n: number, items: number) => {
  const about = { kind: 'Grant', plane, agent: `agent-${n}`, consumer, reason: 'It is measured.' }
  const at = (more: number) => `item-${(n + more) % items}`
  return [
    { ...about, name: `reads-${n}`, allow: [{ class: 'read' }] },
    { ...about, name: `writes-${n}`, allow: [{ api: at(0), class: 'write' }, { api: at(1) }] },
    {
      ...{ ...about, name: `some-${n}`, allow: [{ api: at(2), class: 'destructive' }] },
      when: `run.id == "run-${n}"`,
    },
  ]
}

const documentsOf = ({ capabilities, agents }: Size): object[] => {
  const items = Math.ceil(capabilities / perItem)
  return [
    { kind: 'Plane', name: plane, owner },
    { kind: 'Consumer', plane, name: consumer, owner },
    ...numbered(items).map((item) => apiOf(item, capabilities)),
    ...numbered(agents).map((n) => ({
      ...{ kind: 'Agent', plane, name: `agent-${n}`, owner, consumers: [consumer] },
    })),
    ...numbered(agents).flatMap((n) => grantsOf(n, items)),
  ]
}

const fill = async ({ installation }: Desk, size: Size): Promise<void> => {
  const text = documentsOf(size)
    .map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }))
    .join('\n---\n')
  await installation.change.apply({
    ...{ files: [{ name: 'bench.yaml', text }], set: 'bench', by: 'bench' },
    ...{ prune: false, dryRun: false, runners: new Set() },
  })
  for (let tries = 0; tries < 200; tries++) {
    if (installation.registry.capabilities(planeId(plane)).length === size.capabilities) return
    await pause(50)
  }
  throw new Error('the operations of the APIs were never known')
}

const measure = async (size: Size) => {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-bench-'))
  const started = await startInstallation({
    ...{ data: folder, listen: '127.0.0.1:0', sample: false },
    print: () => {},
  })
  try {
    const desk: Desk = {
      ...{ installation: started.installation, by: 'bench', stop: undefined, clock },
    }
    await fill(desk, size)
    const ask = () => matrix(desk, { plane, limit: 2000 })
    const told = (await ask()).rows.flatMap((row) => row.cells)
    const permitted = told.filter((cell) => cell === 'permitted').length
    return { ...size, cells: told.length, permitted, ...(await spentBy(times, ask)) }
  } finally {
    await started.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const rows: Awaited<ReturnType<typeof measure>>[] = []
for (const size of sizes) rows.push(await measure(size))
const [least] = rows
const told = rows.map((row) => ({
  ...{ ...row, cellsPerCpuMs: row.cells / row.cpuMs },
  ...{ times: row.cpuMs / (least?.cpuMs ?? 1), timesCells: row.cells / (least?.cells ?? 1) },
}))
if (values.json) console.log(JSON.stringify({ rows: told }))
else {
  const head = [
    'capabilities',
    'agents',
    'cells',
    'ms',
    'CPU ms',
    'cells a CPU ms',
    '× first',
    '× its cells',
  ]
  const written = told.map((row) => [
    ...[row.capabilities, row.agents, row.cells].map(String),
    ...[row.ms.toFixed(1), row.cpuMs.toFixed(1), row.cellsPerCpuMs.toFixed(0)],
    ...[row.times.toFixed(1), row.timesCells.toFixed(0)],
  ])
  console.log(formatTable(head, written))
}
process.exit(0)
