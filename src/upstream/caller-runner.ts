import { createHash } from 'node:crypto'
import type { Runner } from './upstream.ts'

/**
 * The runner as it starts one caller's process: `{caller}` in its arguments and its environment is a
 * name of that caller alone, which fits into a path. What a program keeps in files lies apart by it.
 */
export function runnerOf(runner: Runner, caller: string | undefined): Runner {
  if (runner.perCaller === undefined) return runner
  const name = caller === undefined ? GATEWAY : nameOf(caller)
  const filled = (text: string) => text.replaceAll('{caller}', name)
  return {
    ...runner,
    arguments: runner.arguments.map(filled),
    environment: Object.fromEntries(
      Object.entries(runner.environment).map(([key, value]) => [key, filled(value)]),
    ),
  }
}

/** The process that the gateway itself asks; no hash has a g. */
const GATEWAY = 'gateway'

/** Through restarts the same, and nothing of who it is can be read in it. */
const nameOf = (caller: string): string =>
  createHash('sha256').update(caller).digest('hex').slice(0, 32)
