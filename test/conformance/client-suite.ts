import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathOf, runProgram } from '../peers/program.ts'
import { type Requirements, readChecks } from './suite.ts'

export interface ClientRun {
  /** `check STATUS` of every check but those that only tell, sorted. */
  readonly checks: string[]
  readonly output: string
}

const suite = pathOf('node_modules/@modelcontextprotocol/conformance/dist/index.js')
const agent = pathOf('test/conformance/agent.ts')

/** One scenario for clients, with a gateway and an agent behind it as the client. */
export async function runClientScenario(
  scenario: string,
  requirements: Requirements,
): Promise<ClientRun> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  try {
    const command = `${process.execPath} ${agent}`
    const about = ['--scenario', scenario, '--spec-version', requirements, '--timeout', '100000']
    const program = [suite, 'client', '--command', command, ...about, '-o', folder]
    const { stdout, stderr } = await runProgram(program, { timeoutMs: 120_000 })
    const checks = (await readChecks(folder, 'client'))
      .filter(({ status }) => status !== 'INFO')
      .map(({ id, status }) => `${id} ${status}`)
    return { output: stdout + stderr, checks: [...new Set(checks)].toSorted() }
  } finally {
    await rm(folder, { recursive: true })
  }
}
