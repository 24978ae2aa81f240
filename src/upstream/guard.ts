import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Clock } from '#lib/clock.ts'

/** Sees to it that no child outlives this process, however it ends (`guardian.ts`). */
export interface Guard {
  /** A process group that must end with us. */
  watch(group: number): void
  forget(group: number): void
  close(): void
}

/** The guardian itself is started with the first child, and again should it ever be gone. */
export function createGuard(clock: Clock): Guard {
  const groups = new Set<number>()
  let guardian: ChildProcess | undefined
  let isClosed = false

  function tell(text: string): void {
    guardian ??= start()
    guardian.stdin?.write(text)
  }

  function start(): ChildProcess {
    const started = spawn(process.execPath, ['--no-warnings', PROGRAM], {
      // A group of its own, so that a terminal's Ctrl-C does not end it before us.
      detached: true,
      env: {},
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    started.unref()
    const { stdin } = started
    // The pipe must not keep us alive; that it ends with us is the whole point.
    if (stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
    stdin?.on('error', () => {})
    started.on('error', () => {})
    started.once('exit', () => {
      guardian = undefined
      if (!isClosed) clock.after(1000, again)
    })
    return started
  }

  function again(): void {
    if (!isClosed && guardian === undefined && groups.size > 0) tell(lines('+', groups))
  }

  return {
    watch(group) {
      groups.add(group)
      tell(lines('+', [group]))
    },
    forget(group) {
      if (groups.delete(group) && guardian !== undefined) tell(lines('-', [group]))
    },
    close() {
      isClosed = true
      guardian?.stdin?.end()
    },
  }
}

/** Beside this file, under the ending that this file runs with: from source or compiled. */
const PROGRAM = fileURLToPath(
  new URL(`guardian${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
)

function lines(sign: '+' | '-', groups: Iterable<number>): string {
  return [...groups].map((group) => `${sign}${group}\n`).join('')
}
