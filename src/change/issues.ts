import type { core } from 'zod'
import type { Kind } from '#domain/documents.ts'
import { didYouMean } from '#lib/nearest.ts'
import type { ProblemCode } from './change.ts'
import { type Path, pathText, valueAt } from './path.ts'
import { keysAt } from './schema.ts'
import { shown } from './wording.ts'

type ZodIssue = core.$ZodIssue

export interface Explained {
  readonly code: ProblemCode
  readonly path: Path
  readonly part: 'key' | 'value'
  /** Names keys and what they must be, never the value that stood there. */
  readonly sentence: string
}

/** What a schema found, in sentences of ours that name the fix. */
export function explainIssues(
  kind: Kind,
  value: unknown,
  issues: readonly ZodIssue[],
): Explained[] {
  const explain = (issue: ZodIssue, above: Path): Explained[] => {
    const path: Path = [...above, ...issue.path.map(asStep)]
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => unknownKey(kind, value, path, key))
      case 'invalid_union':
        return bestBranch(issue).flatMap((inner) => explain(inner, path))
      case 'invalid_key':
        return issue.issues.map((inner) => invalid(path, 'key', `the key ${sentenceOf(inner)}`))
      default:
        return [
          valueAt(value, path) === undefined ? missing(path) : invalidValue(value, path, issue),
        ]
    }
  }
  return issues.flatMap((issue) => explain(issue, []))
}

const asStep = (step: PropertyKey): string | number =>
  typeof step === 'symbol' ? String(step) : step

const invalid = (path: Path, part: 'key' | 'value', text: string): Explained => ({
  code: 'invalid value',
  path,
  part,
  sentence: `${pathText(path)}: ${text}`,
})

const missing = (path: Path): Explained => ({
  code: 'missing key',
  path,
  part: 'key',
  sentence: `${pathText(path)} is missing`,
})

function unknownKey(kind: Kind, value: unknown, above: Path, key: string): Explained {
  const path = [...above, key]
  const known = keysAt(kind, above)
  if (known.has(key)) {
    // Of another alternative: { url } or { runner }, { header } or { env }.
    const others = Object.keys(valueAt(value, above) as object).filter(
      (other) => other !== key && known.has(other),
    )
    const sentence = `${pathText(path)} cannot stand beside ${others.map(shown).join(', ')}`
    return { code: 'invalid value', path, part: 'key', sentence }
  }
  const hint = didYouMean(key, known) || `; it takes ${[...known].join(', ')}`
  return {
    code: 'unknown key',
    path,
    part: 'key',
    sentence: `${pathText(path)} is not a key${hint}`,
  }
}

/**
 * Of the alternatives of a union, the issues of the one that was probably meant: not one that wants
 * another type altogether, and then the one with the fewest.
 */
function bestBranch({ errors }: Extract<ZodIssue, { code: 'invalid_union' }>): readonly ZodIssue[] {
  const weigh = (issues: readonly ZodIssue[]) =>
    issues.reduce((sum, issue) => sum + weight(issue), 0)
  return errors.reduce(
    (best, branch) => (weigh(branch) < weigh(best) ? branch : best),
    errors[0] ?? [],
  )
}

function weight(issue: ZodIssue): number {
  if (issue.code === 'unrecognized_keys') return issue.keys.length
  return issue.code === 'invalid_type' && issue.path.length === 0 ? 100 : 1
}

function invalidValue(value: unknown, path: Path, issue: ZodIssue): Explained {
  const found = valueAt(value, path)
  if (found === null) return invalid(path, 'value', 'is empty')
  if (issue.code === 'invalid_type') return invalid(path, 'value', typeSentence(issue, found))
  const hint = hintOf(issue, found)
  // A custom sentence begins with its verb: `name is a reserved word`.
  return {
    code: 'invalid value',
    path,
    part: 'value',
    sentence: `${pathText(path) || 'the document'} ${sentenceOf(issue)}${hint}`,
  }
}

function hintOf(issue: ZodIssue, found: unknown): string {
  if (issue.code !== 'invalid_value' || typeof found !== 'string') return ''
  return didYouMean(found, issue.values.map(String))
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

function typeSentence(issue: Extract<ZodIssue, { code: 'invalid_type' }>, found: unknown): string {
  const wanted = typeNames[issue.expected] ?? issue.expected
  const isBare = typeof found === 'number' || typeof found === 'boolean'
  const fix = issue.expected === 'string' && isBare ? '; put it in quotes' : ''
  return `must be ${wanted}${fix}`
}

/** A sentence without its subject. Never the library's own where that could hold what was written. */
function sentenceOf(issue: ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`
    case 'too_small':
      return `must ${boundOf(issue.origin, 'at least', issue.minimum)}`
    case 'too_big':
      return `must ${boundOf(issue.origin, 'at most', issue.maximum)}`
    case 'invalid_format':
    case 'custom':
      return issue.message
    default:
      return 'is not valid'
  }
}

function boundOf(origin: string, side: string, bound: number | bigint): string {
  if (origin === 'string') return `have ${side} ${bound} characters`
  if (origin === 'array') return `have ${side} ${bound} in it`
  return `be ${side} ${bound}`
}
