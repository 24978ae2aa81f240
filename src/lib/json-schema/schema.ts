import { compile } from './compile.ts'
import { isObject } from './keyword.ts'
import { Halt, holds, Run, type SchemaProblem, type Subschema } from './run.ts'

export type { SchemaProblem } from './run.ts'

/**
 * A JSON Schema of 2020-12, or of draft 7 or before where its `$schema` says so. What draft 7 calls
 * otherwise (`definitions`, `items` as a list with `additionalItems`, `dependencies`) is understood
 * everywhere. `format` and what is about content is an annotation. Nothing is fetched, and no code
 * is made of it.
 */
export interface Schema {
  /** What of it is not checked and why, for whoever reviews it; where it stands comes first. */
  readonly unchecked: readonly string[]
  /** For a value as JSON.parse gives it. Ends within a bounded number of steps and never throws. */
  validate(value: unknown): SchemaAnswer
}

export type SchemaAnswer =
  | { readonly valid: true }
  | { readonly valid: false; readonly problems: readonly SchemaProblem[] }
  /** Not decided within the bounds: to be taken for a no. */
  | { readonly valid: undefined; readonly because: 'budget' | 'depth' }

/** Some tens of milliseconds; what is usual takes about a hundred. */
const MOST_STEPS = 500_000

/** Of the schema itself: values in it, and how deep they stand. */
const MOST_VALUES = 50_000
const MOST_DEPTH = 200

/** Takes a time in proportion to the schema; keep what it gives. Never throws. */
export function compileSchema(schema: unknown): Schema | { readonly problem: string } {
  if (typeof schema !== 'boolean' && !isObject(schema)) {
    return { problem: 'a schema is an object or a boolean' }
  }
  const outOfBounds = boundsProblem(schema)
  if (outOfBounds !== undefined) return { problem: outOfBounds }
  const dialect = dialectOf(schema)
  const compiled = compile(schema, dialect === 'old')
  if ('problem' in compiled) return compiled
  const strange = dialect === 'unknown' ? ['#: $schema is not known; read as 2020-12'] : []
  return {
    unchecked: [...strange, ...compiled.unchecked],
    validate: (value) => validate(compiled.subschema, value),
  }
}

function validate(subschema: Subschema, value: unknown): SchemaAnswer {
  try {
    if (holds(subschema, value, new Run(MOST_STEPS))) return { valid: true }
  } catch (thrown) {
    if (thrown instanceof Halt) return { valid: undefined, because: thrown.because }
    throw thrown
  }
  return { valid: false, problems: problemsOf(subschema, value) }
}

/** A second evaluation, which writes down what the first did not stop for. */
function problemsOf(subschema: Subschema, value: unknown): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = []
  try {
    holds(subschema, value, new Run(MOST_STEPS, problems))
  } catch (thrown) {
    if (!(thrown instanceof Halt)) throw thrown
  }
  return problems.length > 0 ? problems : [{ at: '', message: 'does not match its schema' }]
}

/** Looked at before anything recurses over it. */
function boundsProblem(schema: unknown): string | undefined {
  let level = [schema]
  let values = 0
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length
    if (depth > MOST_DEPTH) return `a schema has at most ${MOST_DEPTH} levels`
    if (values > MOST_VALUES) return `a schema has at most ${MOST_VALUES} values`
    if (level.some((value) => typeof value === 'number' && !Number.isFinite(value))) {
      return 'a schema holds a number that no double holds'
    }
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    )
  }
  return undefined
}

const DIALECTS: readonly (readonly [pattern: RegExp, dialect: 'new' | 'old'])[] = [
  [/^https?:\/\/json-schema\.org\/draft\/20(19-09|20-12)\/schema#?$/, 'new'],
  [/^https?:\/\/json-schema\.org\/draft-0[3467]\/schema#?$/, 'old'],
]

function dialectOf(schema: unknown): 'new' | 'old' | 'unknown' {
  const $schema = isObject(schema) ? schema.$schema : undefined
  if ($schema === undefined) return 'new'
  if (typeof $schema !== 'string') return 'unknown'
  return DIALECTS.find(([pattern]) => pattern.test($schema))?.[1] ?? 'unknown'
}
