import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { reachRunning } from '#cli/control.ts'
import type { Ask } from './plane.ts'
import { keep } from './process.ts'

/** The real program, `src/main.ts start`, as its operator runs it. */
export interface Program {
  readonly pid: number
  readonly port: number
  /** From the start of the process to the line that says it serves. */
  readonly readyMs: number
  readonly ask: Ask
  /** SIGTERM, and SIGKILL where that is not enough within half a minute. */
  stop(): Promise<void>
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export const startProgram = async (
  data: string,
  nodeArgs: readonly string[] = [],
  /** `postgres://…` in the data folder's place. */
  store?: string,
): Promise<Program> => {
  const startedAt = performance.now()
  const args = [...nodeArgs, main, 'start', '--data', data, '--listen', '127.0.0.1:0', '--json']
  const env = store === undefined ? process.env : { ...process.env, DATABASE_URL: store }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  keep(child)
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-4000)
  })
  const ready = await new Promise<{ origin: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"event":"ready"')) resolve(JSON.parse(line))
    })
    child.once('exit', (code) =>
      reject(new Error(`bailiwick start ended with ${code}: ${complaint}`)),
    )
  })
  const readyMs = performance.now() - startedAt
  const { ask } = await reachRunning(data)
  return {
    pid: child.pid ?? 0,
    port: Number(new URL(ready.origin).port),
    readyMs,
    ask,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), 30_000)
      await gone
      clearTimeout(killer)
    },
  }
}
