import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '#lib/clock.ts'
import { guardian } from './guardian.ts'

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
  let running: ChildProcess | undefined
  let isClosed = false

  function tell(text: string): void {
    running ??= start()
    running.stdin?.write(text)
  }

  function start(): ChildProcess {
    const started = spawn(process.execPath, ['-e', PROGRAM], {
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
      running = undefined
      if (!isClosed) clock.after(1000, again)
    })
    return started
  }

  function again(): void {
    if (!isClosed && running === undefined && groups.size > 0) tell(lines('+', groups))
  }

  return {
    watch(group) {
      groups.add(group)
      tell(lines('+', [group]))
    },
    forget(group) {
      if (groups.delete(group) && running !== undefined) tell(lines('-', [group]))
    },
    close() {
      isClosed = true
      running?.stdin?.end()
    },
  }
}

/** From its text, so that it is small (no TypeScript is loaded) and the same from source and compiled. */
const PROGRAM = `(${guardian.toString()})()`

function lines(sign: '+' | '-', groups: Iterable<number>): string {
  return [...groups].map((group) => `${sign}${group}\n`).join('')
}
