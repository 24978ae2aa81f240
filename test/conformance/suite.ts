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

/** The scenarios that decide about conformance, from the suite's own list. */
export async function scoredScenarios(requirements: Requirements): Promise<string[]> {
  const file = await readFile(pathOf(`${suite}requirements/${requirements}.yaml`), 'utf8')
  return requirementsFile.parse(parse(file)).server.toSorted()
}

/** One folder for each scenario, `server-NAME-TIME`, with a list of checks. */
async function readResults(folder: string, requirements: Requirements) {
  const scored = new Set(await scoredScenarios(requirements))
  const failures: string[] = []
  const scenarios: string[] = []
  const sound: string[] = []
  let passed = 0
  for (const entry of await readdir(folder)) {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(entry)?.[1] ?? entry
    if (!scored.has(scenario)) continue
    scenarios.push(scenario)
    const checks = await readFile(join(folder, entry, 'checks.json'), 'utf8').catch(() => '[]')
    for (const { id, status } of checksFile.parse(JSON.parse(checks))) {
      if (status === 'SUCCESS') passed += 1
      if (status === 'SUCCESS' || status === 'INFO') sound.push(`${scenario}:${id}`)
      if (status === 'FAILURE') failures.push(`${scenario}:${id}`)
    }
  }
  return {
    failures: failures.toSorted(),
    passed,
    sound: sound.toSorted(),
    scenarios: scenarios.toSorted(),
  }
}
