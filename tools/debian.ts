// Programs that tests of the system tier use and that only Debian's packages have. A test file names what it
// needs in a comment of its own, `// Needs from Debian: strace, nginx`, so that nothing is installed for others.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Failure } from './run.ts'

/** Package to the program that shows it is there. */
const programs: Record<string, string> = {
  chromium: 'chromium',
  bubblewrap: 'bwrap',
  nginx: 'nginx',
  postgresql: 'pg_ctlcluster',
  prometheus: 'promtool',
  'redis-server': 'redis-server',
  strace: 'strace',
}

const has = (program: string) =>
  spawnSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v "$0"', program]).status === 0

const needsOf = (path: string) =>
  [...readFileSync(path, 'utf8').matchAll(/^\/\/ Needs from Debian: (.+)$/gm)].flatMap(
    ([, list = '']) => list.split(',').map((name) => name.trim()),
  )

function aptGet(...args: string[]): { ok: boolean; said: string } {
  const asRoot = process.getuid?.() === 0
  const [command = '', ...rest] = [
    ...(asRoot ? [] : ['sudo', '-n']),
    'apt-get',
    '-qq',
    '-y',
    ...args,
  ]
  const { status, stdout, stderr, error } = spawnSync(command, rest, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 600_000,
  })
  return { ok: status === 0, said: error?.message ?? `${stdout}${stderr}`.trim() }
}

/** Installs a package unless its program is there. What could not be had comes back as a failure with its name. */
export function bringPackage(name: string): Failure | undefined {
  const program = programs[name] ?? name
  if (has(program)) return undefined
  console.log(`Installing ${name} from Debian …`)
  const update = aptGet('update')
  const { said } = aptGet('install', '--no-install-recommends', name)
  if (has(program)) return undefined
  const text = [update.ok ? '' : update.said, said].filter(Boolean).join('\n')
  return { name: `Debian's package ${name} could not be had`, text }
}

/** Everything that the files name. */
export function bringPackages(files: readonly string[], root: string): Failure[] {
  const wanted = new Set(files.flatMap((file) => needsOf(join(root, file))))
  return [...wanted].flatMap((name) => bringPackage(name) ?? [])
}
