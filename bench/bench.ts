// npm run bench [-- --quick | --profile]: what a governed call costs beside direct calls, nginx and a proxy
// made of the official SDK, in one run. A table, and bench/results/latest.json. docs/benchmarks.md says how
// to read it. Nothing is asserted; it ends with 1 where something could not be measured, and names it.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import type { LoadQuestion } from './load.ts'
import { type Behind, createMeasure, type Load } from './measure.ts'
import { measureNeighbours } from './neighbours.ts'
import { startPart } from './process.ts'
import { readProfiles, type Span } from './profile.ts'
import { measureRounds, messageOf } from './rounds.ts'
import type { Missing, Row } from './row.ts'
import { type ProgramRow, programRow, rowsTo } from './rows.ts'
import { fullPace, type Pace, quickPace, settings } from './setting.ts'
import { measureStartup } from './startup.ts'
import { summarize } from './summary.ts'
import { formatLines, formatProfile } from './table.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
})
const pace: Pace = values.quick ? quickPace : fullPace
const startedAt = performance.now()
const elapsed = () => performance.now() - startedAt
const missing: Missing[] = []

const progress = (line: string): void => {
  console.error(`${(elapsed() / 1000).toFixed(0).padStart(4)} s  ${line}`)
}

/** What rejects is told at the end, under its name; the rest goes on. */
const attempt = async <T>(name: string, work: () => Promise<T>): Promise<T | undefined> => {
  progress(name.trim())
  try {
    return await work()
  } catch (thrown) {
    missing.push({ name: name.trim(), problem: messageOf(thrown) })
    return undefined
  }
}

const tellMissing = (): void => {
  for (const { name, problem } of missing)
    console.error(`could not be measured: ${name}: ${problem}`)
}

setTimeout(() => {
  tellMissing()
  console.error(`could not be measured: what comes after ${pace.wholeMs / 1000} s`)
  process.exit(1)
}, pace.wholeMs).unref()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const isProgram = (row: Row): row is ProgramRow => 'program' in row

const measureAll = async (load: Load, behind: Behind) => {
  const opened = rowsTo(behind).map(([name, open]) => attempt(name, open))
  const rows = (await Promise.all(opened)).filter((row) => row !== undefined)
  const measure = createMeasure({ load, behind, pace })
  const about = { rows, settings, pace, measure, elapsed, progress }
  const { measured, missing: failed, rounds } = await measureRounds(about)
  missing.push(...failed)
  const program = rows.find(isProgram)
  const neighbours =
    program &&
    (await attempt('a plane beside a flooded one', () =>
      measureNeighbours(program.program, load, pace),
    ))
  for (const row of rows) await attempt(`the end of ${row.name}`, () => row.stop())
  return { lines: summarize(measured, settings), measured, rounds, neighbours }
}

/** A bench of one part, which has a process to itself. */
const runAlone = async (name: string, ...more: string[]) => {
  const file = fileURLToPath(new URL(name, import.meta.url))
  const args = [file, ...more, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 600_000 })
  return JSON.parse(stdout)
}

const measureLedger = (): Promise<Record<string, number>[]> =>
  runAlone('ledger.ts', String(pace.ledgerSeconds))

const measureSnapshots = (): Promise<
  Record<'rows' | 'streams', Record<string, string | number>[]>
> => runAlone('snapshots.ts')

type Told = Record<'rows', Record<string, string | number>[]>

const measureScreens = (): Promise<Told> =>
  runAlone('ledger-screen.ts', ...pace.screens.map(String))
const measureMatrix = (): Promise<Told> => runAlone('matrix.ts')
const measureTelemetry = (): Promise<Told> =>
  runAlone('telemetry.ts', ...pace.telemetry.map(String))

const measureDecisions = (): Promise<Told> => runAlone('decisions.ts')

const short = (value: string | number): string | number =>
  typeof value === 'string' || Number.isInteger(value) ? value : Number(value.toPrecision(3))

const tell = (what: string, rows: readonly Record<string, string | number>[]): void => {
  for (const row of rows) {
    const figures = Object.entries(row).map(([name, value]) => `${short(value)} ${name}`)
    console.log(`${what}: ${figures.join(', ')}`)
  }
}

const write = async (result: object): Promise<void> => {
  const folder = fileURLToPath(new URL('results/', import.meta.url))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'latest.json'), `${JSON.stringify(result, undefined, 2)}\n`)
}

const runBench = async (load: Load, behind: Behind): Promise<void> => {
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    kernel: release(),
    node: process.version,
    loadBefore: loadavg()[0],
  }
  const { lines, measured, rounds, neighbours } = await measureAll(load, behind)
  const startup = await attempt('time to ready and idle memory', () =>
    measureStartup(behind.hello.port, pace),
  )
  const ledger = await attempt('the ledger alone', measureLedger)
  const snapshots = await attempt('a change coming into force', measureSnapshots)
  const at = new Date().toISOString()
  const decisions = await attempt('a decision by ten grants and by 100,000', measureDecisions)
  const telemetry = await attempt('a call with telemetry and without', measureTelemetry)
  const screens = await attempt('the screen of the ledger', measureScreens)
  const matrix = await attempt('the matrix of permissions', measureMatrix)
  const parts = { startup, ledger, snapshots, decisions, telemetry, screens, matrix }
  await write({ at, machine, rounds, lines, measured, neighbours, ...parts, missing })

  console.log(formatLines(lines))
  if (neighbours) {
    const { quiet, flooded, anonymousPerSecond, deniedPerSecond } = neighbours
    console.log(
      `\n400 calls/s of one plane: p50 ${quiet.p50Ms.toFixed(2)} ms, p99 ${quiet.p99Ms.toFixed(2)} ms; ` +
        `with ${anonymousPerSecond.toFixed(0)} anonymous and ${deniedPerSecond.toFixed(0)} denied requests/s ` +
        `in another plane: p50 ${flooded.p50Ms.toFixed(2)} ms, p99 ${flooded.p99Ms.toFixed(2)} ms`,
    )
  }
  if (startup)
    console.log(
      `Ready in ${startup.readyMs.toFixed(0)} ms (median of ${startup.readyAllMs.length}), ` +
        `idle at ${startup.idleMb.toFixed(0)} MB`,
    )
  tell('The ledger alone', ledger ?? [])
  tell('A decision', decisions?.rows ?? [])
  tell('A change coming into force', snapshots?.rows ?? [])
  tell('A call, telemetry', telemetry?.rows ?? [])
  tell('The screen of the ledger', screens?.rows ?? [])
  tell('The matrix of permissions', matrix?.rows ?? [])
  tell('Streams looked at after a change', snapshots?.streams ?? [])
  console.log(
    `${rounds} rounds of ${pace.windowMs} ms windows on ${machine.cores} cores of ${machine.cpu}, ` +
      `Node ${machine.node}, load average ${machine.loadBefore?.toFixed(1)} before and ${loadavg()[0]?.toFixed(1)} after.`,
  )
}

/** The real program alone under the profiler of V8, at the first setting. */
const runProfile = async (load: Load, behind: Behind): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-bench-profile-'))
  try {
    const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`]
    const row = await programRow(behind.hello.port, flags)
    const measure = createMeasure({ load, behind, pace })
    const [setting] = settings
    if (!setting) return
    progress('warming up')
    await measure.warmUp(row, [setting])
    const spans: Span[] = []
    for (let round = 1; round <= pace.rounds; round++) {
      progress(`round ${round} of ${pace.rounds}`)
      const sample = await measure.window(row, setting)
      spans.push(sample.span)
      console.log(`${sample.cpuUs.toFixed(0)} µs of CPU a call, the profiler's own with it`)
    }
    await row.stop()
    for (const thread of await readProfiles(folder, spans, 25)) console.log(formatProfile(thread))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const behind: Behind = await startPart('upstream.ts')
const load: Load = await startPart<LoadQuestion>('load.ts')
const run = values.profile ? runProfile : runBench
await attempt('the bench', () => run(load, behind))
tellMissing()
process.exit(missing.length > 0 ? 1 : 0)
