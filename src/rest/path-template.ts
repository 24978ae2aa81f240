import { decodeComponent, encodeComponent, encodeJoined, segmentProblem } from './component.ts'

/** One segment of a path as OpenAPI writes it: a text, or a variable with what stands around it. */
export type TemplateSegment =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'variable'
      readonly before: string
      readonly name: string
      readonly after: string
    }

/**
 * Takes a path of a document apart (OpenAPI 3.1.1 §4.8.8.2): segments, each a text or one variable
 * between texts, percent-decoded. The last may be empty, for a path that ends with a slash.
 */
export function readPath(
  path: string,
): { readonly segments: readonly TemplateSegment[] } | { readonly problem: string } {
  if (!path.startsWith('/')) return { problem: 'a path must begin with /' }
  if (/[?#]/.test(path))
    return { problem: 'a path has no ? and no #; declare parameters of the query' }
  const written = path.slice(1).split('/')
  if (written.length > MOST_SEGMENTS) return { problem: `more than ${MOST_SEGMENTS} segments` }
  const segments: TemplateSegment[] = []
  for (const [at, text] of written.entries()) {
    const isEnd = text === '' && at === written.length - 1
    const segment = isEnd ? { kind: 'text' as const, text } : readSegment(text)
    if (typeof segment === 'string') return { problem: segment }
    segments.push(segment)
  }
  const names = variablesOf(segments)
  return new Set(names).size === names.length
    ? { segments }
    : { problem: 'a variable stands in it twice' }
}

const MOST_SEGMENTS = 64

function readSegment(written: string): TemplateSegment | string {
  const parts = /^([^{}]*)(?:\{([^{}]+)\}([^{}]*))?$/.exec(written)
  if (!parts) return 'a segment has at most one variable, in { }'
  const [, before = '', name, after = ''] = parts
  const texts = [before, after].map(decodeComponent)
  const [first, second] = texts
  if (first === undefined || second === undefined) return 'an escape in it is not UTF-8'
  // Around a variable the texts may be empty, or a dot.
  const whole = name === undefined ? first : `${first}x${second}`
  const problem = segmentProblem(whole)
  if (problem !== undefined) return `a segment of it cannot be carried: ${problem}`
  return name === undefined
    ? { kind: 'text', text: first }
    : { kind: 'variable', before: first, name, after: second }
}

export const variablesOf = (segments: readonly TemplateSegment[]): string[] =>
  segments.flatMap((segment) => (segment.kind === 'variable' ? [segment.name] : []))

/** What a variable stands for, and whether its commas are those of a list. */
export interface VariableText {
  readonly text: string
  readonly isJoined: boolean
}

/** The path with its variables' texts in it, each segment encoded as a whole. */
export function writePath(
  segments: readonly TemplateSegment[],
  variables: ReadonlyMap<string, VariableText>,
): { readonly path: string } | { readonly problem: string; readonly name: string } {
  let path = ''
  for (const segment of segments) {
    if (segment.kind === 'text') {
      path += `/${encodeComponent(segment.text)}`
      continue
    }
    const { before, name, after } = segment
    const { text, isJoined } = variables.get(name) ?? { text: '', isJoined: false }
    const whole = before + text + after
    const problem = text === '' ? 'it is empty' : segmentProblem(whole)
    if (problem !== undefined) return { problem, name }
    path += `/${isJoined ? encodeJoined(whole) : encodeComponent(whole)}`
  }
  return { path }
}

/** One key for the spellings that some server takes for the same text of a path. */
export const fold = (text: string): string => {
  const lower = text.toLowerCase()
  return /^[\x20-\x7e]*$/.test(lower) ? lower : lower.normalize('NFKC').toLowerCase()
}
