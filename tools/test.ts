// tools/test.ts [--tier=test|system|long|pure] [WORD …]: runs the test files of a tier, those whose path holds
// one of the words if any are given. Its last line is "N passed, N failed".
import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bringPackages } from './debian.ts'
import { type Failure, type Outcome, runFile, type Store, stopAll } from './run.ts'

type Tier = 'test' | 'system' | 'long' | 'pure'

const commands: Record<Tier, string> = {
  test: 'npm test',
  system: 'npm run test:system',
  long: 'npm run test:long',
  pure: 'npm run check',
}
const needs: Record<Tier, string> = {
  test: 'npm alone',
  system: "Debian's packages",
  long: 'patience: the big counts',
  pure: 'nothing: one pure call shows each',
}
const fileLimitMs: Record<Tier, number> = {
  test: 600_000,
  system: 600_000,
  long: 7_200_000,
  pure: 60_000,
}

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { tier: { type: 'string', default: 'test' } },
})
if (!Object.hasOwn(commands, values.tier))
  throw new Error(`There is no tier called ${values.tier}.`)
const tier = values.tier as Tier

const tierOf = (file: string): Tier => {
  if (file.startsWith('test/system/')) return 'system'
  if (file.startsWith('test/long/')) return 'long'
  return 'test'
}
const isPure = (file: string) =>
  file.startsWith('src/') || file.startsWith('console/') || file === 'test/tidy.test.ts'

const all = globSync(
  ['src/**/*.test.ts', 'console/!(node_modules)/**/*.test.ts', 'test/**/*.test.ts'],
  { cwd: root },
).toSorted()
const files = all
  .filter((file) => (tier === 'pure' ? isPure(file) : tierOf(file) === tier))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`.padStart(8)
const indent = (text: string) => text.replaceAll(/^/gm, '      ')

function print({ file, passed, skipped, failures, durationMs, output }: Outcome): void {
  const counts = [`${passed} passed`, ...(skipped.length > 0 ? [`${skipped.length} skipped`] : [])]
  if (failures.length > 0) counts.push(`${failures.length} failed`)
  console.log(
    `${failures.length > 0 ? '✗' : '✓'} ${seconds(durationMs)}  ${file}  ${counts.join(', ')}`,
  )
  for (const name of skipped) console.log(`    skipped: ${name}`)
  for (const { name, text } of failures) console.log(`    ✗ ${name}\n${indent(text)}`)
  if (failures.length > 0 && output.trim())
    console.log(`    What it printed:\n${indent(output.trimEnd())}`)
}

/** A suite whose first line says so runs once more, on PostgreSQL. */
const bothStores = '// Runs on both stores.'
/** Those that say so begin first: one that takes minutes and begins last is waited for by nobody else's work. */
const takesLong = '// Takes minutes.'

interface Run {
  readonly file: string
  readonly store: Store
  readonly isLong: boolean
}

const runsOf = (file: string): readonly Run[] => {
  const [first = '', second = ''] = readFileSync(`${root}${file}`, 'utf8').split('\n', 2)
  const isLong = first === takesLong || second === takesLong
  const stores: readonly Store[] = first === bothStores ? ['folder', 'postgres'] : ['folder']
  return stores.map((store) => ({ file, store, isLong }))
}

// Files run beside each other, one more than there are cores: a file waits for processes half of its time.
async function runAll(todo: readonly string[]): Promise<Outcome[]> {
  const runs = todo.flatMap(runsOf)
  const waiting = runs.toSorted((a, b) => Number(b.isLong) - Number(a.isLong)).values()
  const outcomes: Outcome[] = []
  const lane = async () => {
    for (const { file, store } of waiting) {
      const outcome = await runFile(file, { root, limitMs: fileLimitMs[tier], store })
      outcomes.push(outcome)
      print(outcome)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, lane))
  return outcomes
}

function tellOthers(): void {
  if (tier === 'pure' || words.length > 0) return
  for (const other of ['test', 'system', 'long'] as const) {
    const count = all.filter((file) => tierOf(file) === other).length
    if (other !== tier && count > 0)
      console.log(
        `Not run here: ${count} files of \`${commands[other]}\`, which needs ${needs[other]}.`,
      )
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    stopAll()
    process.exit(1)
  })

const missing: Failure[] = tier === 'system' ? bringPackages(files, root) : []
for (const { name, text } of missing) console.log(`✗ ${name}\n${indent(text)}`)
const outcomes = missing.length > 0 ? [] : await runAll(files)
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failures.length, missing.length)

console.log(`\n${commands[tier]}: ${outcomes.length} files, with ${needs[tier]}.`)
tellOthers()
if (passed + failed === 0) console.log('No test was found, which is a failure.')
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
