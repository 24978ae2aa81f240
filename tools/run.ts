// Runs one test file in a process group of its own and tells what came of it.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Line } from './report.ts'

/** What the suites that start the real program start it on. */
export type Store = 'folder' | 'postgres'
export type Failure = { name: string; text: string }
export type Outcome = {
  file: string
  passed: number
  skipped: string[]
  failures: Failure[]
  durationMs: number
  output: string
}

const reporter = new URL('./report.ts', import.meta.url).href
const groups = new Set<number>()

/** Ends every file under way, with all that it started. */
export function stopAll(): void {
  for (const group of groups) kill(group)
}

function kill(group: number): boolean {
  try {
    process.kill(-group, 'SIGKILL')
    return true
  } catch {
    return false
  }
}

function isRunning(group: number): boolean {
  try {
    process.kill(-group, 0)
    return true
  } catch {
    return false
  }
}

/**
 * A file fails when one of its tests does, when it holds none, when its process ends badly or not within
 * `limitMs`, and when a process that it started is still there two seconds after it.
 */
export async function runFile(
  file: string,
  options: { root: string; limitMs: number; store?: Store },
): Promise<Outcome> {
  // Also the file's temporary folder, so that nothing of it stays; a short name, for the paths of sockets.
  const folder = mkdtempSync(join(tmpdir(), 'b-'))
  const startedAt = performance.now()
  try {
    const end = await spawnFile(file, folder, options)
    const lines = readLines(join(folder, 'report'))
    const failures = [...failed(lines), ...misfortunes(end, lines)]
    return {
      file: options.store === 'postgres' ? `${file} on PostgreSQL` : file,
      passed: lines.filter((line) => line.kind === 'passed').length,
      skipped: lines.flatMap((line) => (line.kind === 'skipped' ? [line.name] : [])),
      failures,
      durationMs: performance.now() - startedAt,
      output: end.output,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type End = { how: string | undefined; output: string; leftBehind: boolean }

async function spawnFile(
  file: string,
  folder: string,
  { root, limitMs, store }: { root: string; limitMs: number; store?: Store },
): Promise<End> {
  const child = spawn(
    process.execPath,
    [`--test-reporter=${reporter}`, `--test-reporter-destination=${join(folder, 'report')}`, file],
    {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NO_COLOR: '1',
        TMPDIR: folder,
        // Half of what a file takes to begin is compiling what the files before it compiled.
        NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'),
        ...(store === 'postgres' && { TEST_STORE: store }),
      },
    },
  )
  const group = child.pid
  if (group === undefined) return { how: 'could not be started', output: '', leftBehind: false }
  groups.add(group)
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-20_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  let late = false
  const timer = setTimeout(() => {
    late = true
    kill(group)
  }, limitMs)
  const how = await new Promise<string | undefined>((done) => {
    child.on('exit', (code, signal) =>
      done(code === 0 ? undefined : `ended with ${signal ?? `code ${code}`}`),
    )
  })
  clearTimeout(timer)
  const leftBehind = !late && (await lingers(group))
  kill(group)
  groups.delete(group)
  return { how: late ? `had not ended after ${limitMs / 1000} s` : how, output, leftBehind }
}

async function lingers(group: number): Promise<boolean> {
  for (let tries = 0; tries < 40; tries++) {
    if (!isRunning(group)) return false
    await pause(50)
  }
  return true
}

function readLines(destination: string): Line[] {
  try {
    const text = readFileSync(destination, 'utf8')
    const complete = text.slice(0, text.lastIndexOf('\n') + 1)
    return complete.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Line] : []))
  } catch {
    return []
  }
}

const failed = (lines: Line[]): Failure[] =>
  lines.flatMap((line) => (line.kind === 'failed' ? [{ name: line.name, text: line.error }] : []))

function misfortunes(end: End, lines: Line[]): Failure[] {
  const notes = lines.flatMap((line) => (line.kind === 'note' ? [line.text] : []))
  const found: Failure[] = []
  const told = lines.some((line) => line.kind === 'failed')
  if (end.how && (!told || end.how.startsWith('had not')))
    found.push({
      name: `the file ${end.how}`,
      text: notes.filter((note) => note.includes('Error')).join('\n'),
    })
  if (end.leftBehind)
    found.push({
      name: 'the file left a process behind',
      text: 'Take down in the test what the test starts.',
    })
  if (!end.how && lines.every((line) => line.kind === 'note'))
    found.push({ name: 'the file holds no test', text: '' })
  return found
}
