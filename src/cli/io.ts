import { relative } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { systemClock } from '#lib/clock.ts'

/** The world of the terminal program: what it reads, where it writes, what it is told from outside. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }
  readonly stdout: Sheet
  readonly stderr: Sheet
  readonly env: Readonly<Record<string, string | undefined>>
  /** What to type to run this program again: `bailiwick`, `./bailiwick` in its checkout. */
  readonly program: string
  now(): number
  /** Calls on SIGINT and SIGTERM instead of ending the process; the answer takes that back. */
  onSignal(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
}

/** A stream as far as this program writes to it. */
export interface Sheet {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string | Uint8Array): boolean
  on(event: 'error', listener: () => void): unknown
}

export const systemIo = (): Io => {
  // Whoever read has gone, as `head` does: what is left is said to nobody, and a server goes on.
  for (const sheet of [process.stdout, process.stderr]) sheet.on('error', () => {})
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    program: programName(process.cwd()),
    now: systemClock.now,
    onSignal(listener) {
      const signals = ['SIGINT', 'SIGTERM'] as const
      const listeners = signals.map((signal) => [signal, () => listener(signal)] as const)
      for (const [signal, hear] of listeners) process.on(signal, hear)
      return () => {
        for (const [signal, hear] of listeners) process.off(signal, hear)
      }
    },
  }
}

/** Run from source, the program is the launcher of the checkout, by its path from here. */
const programName = (folder: string): string => {
  if (!import.meta.url.endsWith('.ts')) return 'bailiwick'
  const launcher = fileURLToPath(new URL('../../bailiwick', import.meta.url))
  const path = relative(folder, launcher)
  return path.startsWith('..') ? launcher : `./${path}`
}
