import { canonicalJson, type JsonObject, type JsonValue } from '#lib/json.ts'
import type { ArgumentProblem } from './argument.ts'
import { writeBody } from './body.ts'
import { headerProblem, queryProblem } from './component.ts'
import { match } from './match.ts'
import type { HttpMethod, Operation, Parameter } from './operation.ts'
import { type VariableText, writePath } from './path-template.ts'
import { writePair } from './query.ts'
import type { Routes } from './routes.ts'
import { writeTexts } from './value.ts'

/** A request as it goes out, below the API's own address. */
export interface Built {
  readonly method: HttpMethod
  readonly path: string
  /** Without the question mark; empty where there is none. */
  readonly query: string
  /** Name, value, name, value …, names in lower case; content-type among them where there is a body. */
  readonly headers: readonly string[]
  readonly body: Buffer | undefined
}

/** Texts by the place that they go to. */
interface Written {
  readonly path: Map<string, VariableText>
  readonly query: string[]
  readonly header: string[]
}

type Failed = { readonly problem: ArgumentProblem }

/**
 * The request that an operation's arguments make: each text is encoded for its own component, and no
 * text is ever put beside another unencoded. What comes out is matched again and must be the same
 * operation with the same arguments, so that nothing is asked of an API but what was decided on.
 */
export function build(routes: Routes, operation: Operation, args: JsonObject): Built | Failed {
  const { method, parameters, body } = operation
  const unknown = Object.keys(args).find(
    (name) => name !== body?.member && !parameters.some(({ member }) => member === name),
  )
  if (unknown !== undefined) return failed('arguments', 'one of them is not declared')
  const texts: Written = { path: new Map(), query: [], header: [] }
  for (const parameter of parameters) {
    const value = Object.hasOwn(args, parameter.member) ? args[parameter.member] : undefined
    const problem = write(parameter, value, texts)
    if (problem !== undefined) return failed(`${parameter.in} ${parameter.name}`, problem)
  }
  const target = writePath(operation.segments, texts.path)
  if ('problem' in target) return failed(`path ${target.name}`, target.problem)
  const written = bodyOf(operation, args)
  if ('problem' in written) return written
  const type = written.bytes && body ? ['content-type', body.mediaType] : []
  const query = texts.query.join('&')
  const headers = [...texts.header, ...type]
  const built = { method, path: target.path, query, headers, body: written.bytes }
  return proof(routes, operation, args, built) ?? built
}

/** Puts an argument where it goes; why it cannot stand there, or undefined. */
function write(
  parameter: Parameter,
  value: JsonValue | undefined,
  texts: Written,
): string | undefined {
  const { name, in: place, required, list } = parameter
  if (value === undefined) return required ? 'it is missing' : undefined
  const written = writeTexts(parameter, value)
  if ('problem' in written) return written.problem
  const isJoined = list === 'joined'
  for (const text of written.texts) {
    if (place === 'path') texts.path.set(name, { text, isJoined })
    else {
      const problem = place === 'query' ? queryProblem(text) : headerProblem(text)
      if (problem !== undefined) return problem
      if (place === 'query') texts.query.push(writePair(name, text, isJoined))
      else texts.header.push(name, text)
    }
  }
  return undefined
}

function bodyOf(
  { body }: Operation,
  args: JsonObject,
): { readonly bytes: Buffer | undefined } | Failed {
  const value = body && Object.hasOwn(args, body.member) ? args[body.member] : undefined
  if (body && value !== undefined) return writeBody(body, value)
  return body?.required === true ? failed('body', 'it is missing') : { bytes: undefined }
}

/** Undefined where matching what was built gives back what it was built from. */
function proof(
  routes: Routes,
  operation: Operation,
  args: JsonObject,
  { method, path, query, headers }: Built,
): Failed | undefined {
  const target = query === '' ? path : `${path}?${query}`
  const found = match(routes, { method, target, rawHeaders: headers })
  if (!found.operation) return failed('path', found.because)
  if (found.operation !== operation) return failed('path', 'it would be that of another operation')
  if ('problem' in found) return found
  const { [operation.body?.member ?? '']: _body, ...others } = args
  return canonicalJson(found.arguments) === canonicalJson(others)
    ? undefined
    : failed('arguments', 'they cannot be written so that they are read the same')
}

const failed = (where: string, message: string): Failed => ({ problem: { where, message } })
