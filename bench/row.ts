import type { Target } from './request.ts'
import type { Taken } from './upstream-answers.ts'

/** One thing that is measured beside the others. */
export interface Row {
  readonly name: string
  /** What a reader must know to read the numbers. */
  readonly about: string
  /** Whose CPU counts: processes with all that they started. Empty for none between caller and server. */
  pids(): readonly number[]
  target(tool: string): Target
  /** Tokens that it has not seen yet; those who look at none get any. */
  tokens(count: number): Promise<readonly string[]>
  /** What is wrong with what reached the server: a row that skips what it claims must not count. */
  check(taken: Taken): string | undefined
  stop(): Promise<void>
}

/** A row that could not be set up, under the name it would have had. */
export interface Missing {
  readonly name: string
  readonly problem: string
}
