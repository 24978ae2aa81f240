import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

// Changes one thing of src/policy/ at a time, thousands of times, and asks whether a test notices
// (docs/decisions/stryker.md). `npm run mutants -- --mutate src/policy/rule.ts` does it for one file.

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'mutants-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Fewer than this, and it is not the policy that was changed. */
const fewest = 4500
const wanted = 95

interface Mutant {
  readonly status: string
}
interface Score {
  readonly file: string
  readonly made: number
  readonly killed: number
}

/** A mutant that no test reaches lives; one that cannot even be loaded tells nothing. */
const livesOn = ({ status }: Mutant): boolean => status === 'Survived' || status === 'NoCoverage'
const isKilled = ({ status }: Mutant): boolean => status === 'Killed' || status === 'Timeout'

const runStryker = async (): Promise<Score[]> => {
  const written = readFileSync(join(root, 'stryker.config.json'), 'utf8')
  const fileName = join(folder, 'report.json')
  const config = join(folder, 'config.json')
  const { reporters, ...settings } = JSON.parse(written) as { reporters: string[] }
  const json = { reporters: [...reporters, 'json'], jsonReporter: { fileName } }
  writeFileSync(config, JSON.stringify({ ...settings, ...json }))
  const stryker = spawn(
    process.execPath,
    [join(root, 'node_modules/.bin/stryker'), 'run', config],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      // Its runner starts the first `node` that it finds.
      env: {
        ...process.env,
        PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
        NODE_COMPILE_CACHE: join(folder, 'compiled'),
      },
    },
  )
  const [code] = await once(stryker, 'exit')
  assert.equal(code, 0)
  const report = JSON.parse(readFileSync(fileName, 'utf8')) as {
    files: Record<string, { mutants: Mutant[] }>
  }
  return Object.entries(report.files).map(([file, { mutants }]) => {
    const killed = mutants.filter(isKilled).length
    return { file, killed, made: killed + mutants.filter(livesOn).length }
  })
}

const percentOf = ({ made, killed }: Omit<Score, 'file'>): number =>
  made === 0 ? 100 : (100 * killed) / made

const row = (score: Score): string =>
  `${score.file.padEnd(44)}${String(score.made).padStart(6)}${percentOf(score).toFixed(1).padStart(8)} %`

describe('The tests of the policy', () => {
  test('kill at least 95 of 100 mutants of it', async () => {
    const scores = await runStryker()
    const sum = (key: 'made' | 'killed') => scores.reduce((all, one) => all + one[key], 0)
    const whole = { file: 'src/policy/', made: sum('made'), killed: sum('killed') }
    console.log([...scores, whole].map(row).join('\n'))
    assert.ok(whole.made >= fewest, `${whole.made} mutants were made`)
    assert.ok(percentOf(whole) >= wanted, row(whole))
  })
})
