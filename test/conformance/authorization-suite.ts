import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { baseEnv, freePort, pathOf } from '../peers/program.ts'
import { readChecks } from './suite.ts'

export type AuthorizationRun = {
  /** What the suite itself says: 0 when no check failed. */
  code: number | null
  output: string
  /** `scenario:check STATUS` of every check, sorted: what was skipped or only warned of stands there too. */
  checks: string[]
}

/** Runs the scenarios for authorization servers; `agree` opens the address that the suite asks a person to open. */
export async function runAuthorizationSuite(about: {
  issuer: string
  client: string
  resource: string
  agree(address: URL): Promise<void>
}): Promise<AuthorizationRun> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const port = String(await freePort())
  const suite = pathOf('node_modules/@modelcontextprotocol/conformance/dist/index.js')
  const asked = ['--url', about.issuer, '--client-id', about.client, '--resource', about.resource]
  const args = [suite, 'authorization', ...asked, '-p', port, '-o', folder]
  const child = spawn(process.execPath, args, {
    env: baseEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  })
  const said: string[] = []
  let agreed: Promise<unknown> = Promise.resolve()
  const heard = (line: string): void => {
    said.push(line)
    const address = /^https?:\S+\/authorize\?\S+$/.exec(line.trim())?.[0]
    if (address === undefined) return
    // It would wait for five minutes.
    agreed = about.agree(new URL(address)).catch((thrown) => {
      said.push(String(thrown))
      child.kill('SIGKILL')
    })
  }
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', heard)
  try {
    const [code] = await once(child, 'close')
    await agreed
    const checks = (await readChecks(folder, 'authorization-server')).map(
      ({ scenario, id, status }) => `${scenario}:${id} ${status}`,
    )
    return { code, output: said.join('\n'), checks: checks.toSorted() }
  } finally {
    await rm(folder, { recursive: true })
  }
}
