import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A program of the test's own, running as a child process. */
export type Program = {
  /** What `ready` captured in the line that showed it was ready. */
  readonly ready: string
  /** Ends it with SIGTERM, after two seconds with SIGKILL; returns when it is gone. */
  stop(): Promise<void>
}

export type ProgramOptions = {
  args: string[]
  /** The whole environment but for PATH: nothing of the test's own gets through by accident. */
  env?: Record<string, string>
  /** Its first group is what the program says when it is ready, on either output. */
  ready: RegExp
}

const root = new URL('../../', import.meta.url)

/** A file of the repository or of an installed package, as an absolute path. */
export const pathOf = (relative: string): string => fileURLToPath(new URL(relative, root))

/** The parts of our environment that a child needs to run at all. */
export const baseEnv = (): Record<string, string> => ({ PATH: process.env.PATH ?? '' })

/**
 * Starts a Node program with the Node that runs the test and waits for the line that `ready`
 * matches. Rejects, with what it wrote, when it ends before.
 */
export async function startProgram({ args, env, ready }: ProgramOptions): Promise<Program> {
  const child = spawn(process.execPath, args, {
    env: { ...baseEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = once(child, 'exit')
  return { ready: await readyLine(child, ready), stop: () => stopChild(child, gone) }
}

function readyLine(child: ChildProcess, ready: RegExp): Promise<string> {
  const said: string[] = []
  return new Promise((resolve, reject) => {
    for (const output of [child.stdout, child.stderr]) {
      if (!output) continue
      createInterface({ input: output }).on('line', (line) => {
        if (said.length < 100) said.push(line)
        const match = ready.exec(line)
        if (match) resolve(match[1] ?? '')
      })
    }
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${said.join('\n')}`)))
  })
}

async function stopChild(child: ChildProcess, gone: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), 2000)
  await gone
  clearTimeout(killer)
}

/** A port that was free a moment ago, for programs that cannot take one by themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** What a program that ran to its end left behind. */
export type Finished = { code: number | null; stdout: string; stderr: string }

/** Runs a Node program to its end; after `timeoutMs` it is killed and `code` is null. */
export async function runProgram(
  args: string[],
  { env = {}, input = '', timeoutMs = 30_000 }: RunOptions = {},
): Promise<Finished> {
  const child = spawn(process.execPath, args, {
    env: { ...baseEnv(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  child.stdin.on('error', () => {}) // It may end without reading what it was given.
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code: typeof code === 'number' ? code : null, stdout: stdout(), stderr: stderr() }
}

export type RunOptions = { env?: Record<string, string>; input?: string; timeoutMs?: number }

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}
