import { isObject, type Written } from './keyword.ts'
import { Halt, type Run } from './run.ts'

/** Deeper than what is read from outside. */
const MOST_DEPTH = 500

/**
 * Values as JSON Schema compares them (2020-12 core §4.2.2): numbers by what they mean, objects
 * whatever the order of their members. Asking costs in proportion to what is asked about, however
 * many there are.
 */
export class Values {
  private readonly scalars = new Set<unknown>()
  private readonly spelled = new Set<string>()

  has(value: unknown, run: Run): boolean {
    run.spend(1)
    if (isScalar(value)) return this.scalars.has(value)
    return this.spelled.size > 0 && this.spelled.has(spelling(value, run, 0))
  }

  /** False where an equal one is there already. */
  add(value: unknown, run: Run): boolean {
    run.spend(2)
    const key = isScalar(value) ? value : spelling(value, run, 0)
    const known: Set<unknown> = isScalar(value) ? this.scalars : this.spelled
    return known.size < known.add(key).size
  }
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}

/** One text for all equal values. */
function spelling(value: unknown, run: Run, depth: number): string {
  run.spend(2)
  if (depth > MOST_DEPTH) throw new Halt('depth')
  if (Array.isArray(value)) {
    return `[${value.map((item) => spelling(item, run, depth + 1)).join(',')}]`
  }
  if (isObject(value)) return objectSpelling(value, run, depth)
  if (typeof value === 'string') run.spend(value.length >>> 4)
  // JSON.stringify writes minus nought as 0.
  return JSON.stringify(value)
}

function objectSpelling(value: Written, run: Run, depth: number): string {
  run.spend(8)
  const names = Object.keys(value).sort()
  const members = names.map((name) => {
    run.spend(6 + (name.length >>> 4))
    return `${JSON.stringify(name)}:${spelling(value[name], run, depth + 1)}`
  })
  return `{${members.join(',')}}`
}
