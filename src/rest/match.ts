import { type BadTarget, checkTarget } from '#lib/http.ts'
import type { JsonObject, JsonValue } from '#lib/json.ts'
import type { ArgumentProblem } from './argument.ts'
import { headerProblem, queryProblem, segmentProblem } from './component.ts'
import type { Operation, Parameter } from './operation.ts'
import { readPairs } from './query.ts'
import { quoted } from './quoted.ts'
import type { Found, Routes } from './routes.ts'
import { readTexts } from './value.ts'

/** A request below an API's own address, as its bytes came. */
export interface RawRequest {
  readonly method: string
  /** Path and query, never normalised by anybody. */
  readonly target: string
  /** As node:http gives them: names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[]
}

export type Match =
  | { readonly operation: Operation; readonly arguments: JsonObject }
  /** It is this operation, but not with arguments that it declares. */
  | { readonly operation: Operation; readonly problem: ArgumentProblem }
  /** No operation, or none that is offered: those who call are told the same of all of these. */
  | { readonly operation?: undefined; readonly because: string }

/**
 * The one operation that a request is meant for, with its arguments but for the body. Nothing is
 * repaired: a target that two readers could read differently is none. Parameters that the operation
 * does not declare are refused in a query, since what they would have done would be missing; headers
 * that it does not declare are left behind, since every request has some.
 */
export function match(routes: Routes, request: RawRequest): Match {
  const target = checkTarget(request.target)
  if (!target.ok) return { because: TARGETS[target.problem] }
  const { segments, query } = target
  const bad = segments.find((one, at) => !isEnd(segments, at) && segmentProblem(one) !== undefined)
  if (bad !== undefined) return { because: `of a segment: ${segmentProblem(bad)}` }
  const found: Found = routes.find(request.method, segments)
  if ('because' in found) return found
  const { operation, values } = found
  const pairs = readPairs(query, queryProblem)
  if ('problem' in pairs) return { operation, problem: { where: 'query', message: pairs.problem } }
  const read = readArguments(operation.parameters, {
    path: new Map([...values].map(([name, text]) => [name, [text]])),
    query: pairs.pairs,
    header: headersOf(request.rawHeaders, operation.parameters),
  })
  return { operation, ...read }
}

const isEnd = (segments: readonly string[], at: number): boolean =>
  at === segments.length - 1 && segments[at] === ''

const TARGETS: Readonly<Record<BadTarget['problem'], string>> = {
  'too-long': 'the target is too long',
  'not-a-path': 'the target does not begin with a slash',
  fragment: 'the target has a fragment',
  characters: 'the target has characters that no target has',
  encoding: 'an escape in the path is not UTF-8',
  'empty-segment': 'the path has an empty segment',
  'dot-segment': 'the path has a dot segment',
  'encoded-separator': 'the path has an encoded slash, backslash or control character',
}

type Texts = Readonly<Record<Parameter['in'], ReadonlyMap<string, readonly string[]>>>

function readArguments(
  parameters: readonly Parameter[],
  texts: Texts,
): { readonly arguments: JsonObject } | { readonly problem: ArgumentProblem } {
  const args: { [member: string]: JsonValue } = {}
  const known = new Set<string>()
  for (const parameter of parameters) {
    const { name, member, in: place, required } = parameter
    const where = `${place} ${name}`
    if (place === 'query') known.add(name)
    const written = texts[place].get(name)
    if (!written) {
      if (required) return { problem: { where, message: 'it is missing' } }
      continue
    }
    const bad = place === 'header' ? written.map(headerProblem).find(isString) : undefined
    const read = bad === undefined ? readTexts(parameter, written) : { problem: bad }
    if ('problem' in read) return { problem: { where, message: read.problem } }
    args[member] = read.value
  }
  for (const name of texts.query.keys())
    if (!known.has(name))
      return { problem: { where: `query ${quoted(name)}`, message: 'it is not declared' } }
  return { arguments: args }
}

const isString = (found: string | undefined): boolean => found !== undefined

/** The headers that an operation declares, by their names in lower case, each as often as it was sent. */
function headersOf(
  rawHeaders: readonly string[],
  parameters: readonly Parameter[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const declared = parameters.filter((one) => one.in === 'header')
  if (declared.length === 0) return found
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    const parameter = declared.find((one) => one.name === name)
    if (!parameter) continue
    const text = rawHeaders[at + 1] ?? ''
    // RFC 9110 §5.6.1: spaces around the commas of a list are no part of it.
    const texts = parameter.list ? text.replace(/[ \t]*,[ \t]*/g, ',') : text
    found.set(name, [...(found.get(name) ?? []), texts])
  }
  return found
}
