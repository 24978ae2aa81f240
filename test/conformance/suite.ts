import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { pathOf, runProgram } from '../peers/program.ts'

/** A revision whose requirements the suite has frozen. */
export type Requirements = '2025-11-25' | '2026-07-28'

export type SuiteRun = {
  /** What the suite itself says: 0 when no scored scenario failed. */
  code: number | null
  /** Everything it printed. */
  output: string
  /** `scenario` or `scenario:check` for every failure of a scored scenario, sorted. */
  failures: string[]
  /** How many checks of scored scenarios passed. */
  passed: number
  /** `scenario:check` of every check that passed or had nothing to object to, sorted. */
  sound: string[]
  /** The scored scenarios that left a result, sorted. */
  scenarios: string[]
}

const suite = 'node_modules/@modelcontextprotocol/conformance/'
const checksFile = z.array(z.object({ id: z.string(), status: z.string() }))
const requirementsFile = z.object({ server: z.array(z.string()) })

/** Runs the server scenarios of one requirement set against a URL and reads what they left. */
export async function runSuite(url: string, requirements: Requirements): Promise<SuiteRun> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    const args = ['server', '--url', url, '--requirements', requirements, '-o', folder]
    const program = [pathOf(`${suite}dist/index.js`), ...args]
    const { code, stdout, stderr } = await runProgram(program, { timeoutMs: 120_000 })
    return { code, output: stdout + stderr, ...(await readResults(folder, requirements)) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Runs server scenarios by name, such as those that no frozen set scores. */
export async function runScenarios(url: string, names: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    const said = await Promise.all(
      names.map((name) => {
        const args = ['server', '--url', url, '--scenario', name, '-o', folder]
        const program = [pathOf(`${suite}dist/index.js`), ...args]
        return runProgram(program, { timeoutMs: 120_000 })
      }),
    )
    const output = said.map(({ stdout, stderr }) => stdout + stderr).join('\n')
    return { output, ...resultsOf(await readChecks(folder, 'server')) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The scenarios that decide about conformance, from the suite's own list. */
export async function scoredScenarios(requirements: Requirements): Promise<string[]> {
  const file = await readFile(pathOf(`${suite}requirements/${requirements}.yaml`), 'utf8')
  return requirementsFile.parse(parse(file)).server.toSorted()
}

async function readResults(folder: string, requirements: Requirements) {
  const scored = new Set(await scoredScenarios(requirements))
  const checks = await readChecks(folder, 'server')
  return resultsOf(checks.filter(({ scenario }) => scored.has(scenario)))
}

function resultsOf(found: Awaited<ReturnType<typeof readChecks>>) {
  const named = (...statuses: readonly (string | undefined)[]) =>
    found
      .filter(({ status }) => statuses.includes(status))
      .map(({ scenario, id }) => `${scenario}:${id}`)
      .toSorted()
  return {
    failures: named('FAILURE'),
    passed: named('SUCCESS').length,
    sound: named('SUCCESS', 'INFO'),
    scenarios: [...new Set(found.map(({ scenario }) => scenario))].toSorted(),
  }
}

/** One folder for each scenario, `KIND-NAME-TIME`, with a list of checks; none where it broke off before the first. */
export async function readChecks(
  folder: string,
  kind: 'server' | 'authorization-server' | 'client',
) {
  // A client's results have no word before the scenario's name.
  const word = kind === 'client' ? '' : `${kind}-`
  const pattern = new RegExp(`^${word}(.+)-\\d{4}-\\d\\d-\\d\\dT[\\d-]+Z$`)
  const read = async (entry: string) => {
    const scenario = pattern.exec(entry)?.[1] ?? entry
    const text = await readFile(join(folder, entry, 'checks.json'), 'utf8').catch(() => '[]')
    const checks = checksFile.parse(JSON.parse(text))
    const none = { scenario, id: '', status: undefined }
    return checks.length === 0 ? [none] : checks.map((check) => ({ scenario, ...check }))
  }
  return (await Promise.all((await readdir(folder)).map(read))).flat()
}
