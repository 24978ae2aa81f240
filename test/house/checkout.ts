import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** What a stranger does with this repository: clones it, types commands, stops them. */

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Longest wait for a command that may have to install first. */
const deadlineMs = 300_000

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  /** The answer of the ready line. Rejects, with what was printed, when the program ends before. */
  readonly ready: Promise<{ readonly origin: string; readonly gateway: string }>
  readonly ended: Promise<Ran>
}

export const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'bailiwick-house-'))
export const removeFolder = (folder: string) => rmSync(folder, { recursive: true, force: true })

/**
 * The environment of somebody's shell: nothing of the npm and the Node.js that run this test, so that `node`
 * is the machine's own.
 */
export function shellEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE$|NODE_OPTIONS|NODE_TEST|NODE_ENV|INIT_CWD|NO_COLOR)/i.test(name),
  )
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter)
  return { ...Object.fromEntries(own), PATH: path, ...extra }
}

/** A folder to put first in PATH, in which `node` is the one that runs this test. */
export function folderWithThisNode(parent: string): string {
  const folder = join(parent, 'node-first')
  mkdirSync(folder)
  symlinkSync(process.execPath, join(folder, 'node'))
  return folder
}

/** A clone of what is committed here. */
export function freshClone(parent: string): string {
  const folder = join(parent, 'clone')
  const { status, stderr } = spawnSync(
    'git',
    ['clone', '--quiet', '--no-hardlinks', root, folder],
    {
      encoding: 'utf8',
    },
  )
  assert.equal(status, 0, stderr)
  return folder
}

type Where = { cwd: string; env?: NodeJS.ProcessEnv }

/** Starts a command in a process group of its own, as a shell does, and listens for its ready line. */
export function launch(command: string, args: readonly string[], { cwd, env }: Where): Running {
  const child = spawn(command, args, {
    cwd,
    env: env ?? shellEnvironment(),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const ready = Promise.withResolvers<{ origin: string; gateway: string }>()
  ready.promise.catch(() => {})
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), deadlineMs)
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    const line = /^\{"event":"ready".*\}$/m.exec(stdout)
    if (line) ready.resolve(JSON.parse(line[0]))
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      ready.reject(new Error(`Ended with ${code} before it was ready.\n${stdout}\n${stderr}`))
      resolve({ code, stdout, stderr })
    })
  })
  return { child, ready: ready.promise, ended }
}

/** Runs a command to its end. */
export const run = (command: string, args: readonly string[], where: Where): Promise<Ran> =>
  launch(command, args, where).ended

export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {}
}

/** Command lines of the processes that run from a folder, or work in it. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        const isHere = line.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
        return isHere ? [`${pid}: ${line}`] : []
      } catch {
        return []
      }
    })
}

/** The processes of a folder that are still there after two seconds: the kernel may take a moment. */
export async function leftovers(folder: string): Promise<string[]> {
  for (let tries = 0; tries < 40 && processesOf(folder).length > 0; tries++) await pause(50)
  return processesOf(folder)
}
