import { shortened } from './keyword.ts'
import type { Seen } from './seen.ts'

/** One of the things that a subschema asks for. True where it holds, or where it may (`Run.unsure`). */
export type Check = (value: unknown, run: Run, seen: Seen | undefined) => boolean

/** A subschema, compiled: a value is valid where every check holds. */
export interface Subschema {
  readonly checks: readonly Check[]
}

export interface SchemaProblem {
  /** JSON Pointer (RFC 6901) into the value. */
  readonly at: string
  /** What to write instead: `must be string`. Says nothing of what was written. */
  readonly message: string
}

/** So many problems are as many as somebody mends at once. */
export const MOST_PROBLEMS = 8

/** How many subschemas may be under evaluation inside each other; far from where the stack ends. */
const MOST_DEPTH = 500

/** Thrown through an evaluation that cannot be finished within its bounds. */
export class Halt extends Error {
  readonly because: 'budget' | 'depth'

  constructor(because: 'budget' | 'depth') {
    super(because)
    this.name = 'Halt'
    this.because = because
  }
}

/** One evaluation: what is left of its budget, and what it has found out. */
export class Run {
  steps: number
  depth = 0
  /** Whether some check since it was last put down could not tell, and held for that. */
  unsure = false
  /** Undefined where only the verdict is wanted: the first check that fails then ends it. */
  problems: SchemaProblem[] | undefined
  /** Where in the value it is; kept up only where problems are wanted. */
  at = ''

  constructor(steps: number, problems?: SchemaProblem[]) {
    this.steps = steps
    this.problems = problems
  }

  /** A step is some tens of nanoseconds: about what a type and a look-up of one member cost. */
  spend(steps: number): void {
    this.steps -= steps
    if (this.steps < 0) throw new Halt('budget')
  }

  /** Always false, so that a check can end with it. */
  fail(message: string): false {
    if (this.problems && this.problems.length < MOST_PROBLEMS) {
      this.problems.push({ at: shortened(this.at), message: shortened(message) })
    }
    return false
  }
}

export function holds(
  subschema: Subschema,
  value: unknown,
  run: Run,
  seen?: Seen | undefined,
): boolean {
  run.spend(1)
  if (++run.depth > MOST_DEPTH) throw new Halt('depth')
  let isValid = true
  for (const check of subschema.checks) {
    if (check(value, run, seen)) continue
    isValid = false
    if (run.problems === undefined) break
  }
  run.depth--
  return isValid
}

/** The same of what stands inside the value that is under evaluation. */
export function holdsInside(
  subschema: Subschema,
  value: unknown,
  key: string | number,
  run: Run,
): boolean {
  if (run.problems === undefined) return holds(subschema, value, run)
  return inside(run, key, () => holds(subschema, value, run))
}

export function failInside(run: Run, key: string | number, message: () => string): false {
  const isRoom = run.problems !== undefined && run.problems.length < MOST_PROBLEMS
  if (isRoom) inside(run, key, () => run.fail(message()))
  return false
}

function inside<T>(run: Run, key: string | number, evaluate: () => T): T {
  const { at } = run
  run.at = `${at}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
  const answer = evaluate()
  run.at = at
  return answer
}

/**
 * Whether a subschema holds, for those to whom the opposite matters: `maybe` where a pattern that
 * cannot be checked would decide. Reports nothing.
 */
export function certainty(
  subschema: Subschema,
  value: unknown,
  run: Run,
  seen?: Seen | undefined,
): 'yes' | 'maybe' | 'no' {
  const { unsure, problems } = run
  run.unsure = false
  run.problems = undefined
  const isValid = holds(subschema, value, run, seen)
  const answer = !isValid ? 'no' : run.unsure ? 'maybe' : 'yes'
  run.unsure = unsure
  run.problems = problems
  return answer
}
