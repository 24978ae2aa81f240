import { isObject } from '#lib/json.ts'
import type { Parameter } from '../operation.ts'
import type { Finding } from './finding.ts'
import type { Place, References } from './references.ts'
import { scalarOf } from './scalar.ts'
import type { Schemas } from './schemas.ts'
import { type ParameterShape, parameterShape, readShape } from './shapes.ts'
import type { Translated } from './translate.ts'

/** A parameter before it has its name among the arguments. */
export interface ReadParameter {
  readonly parameter: Omit<Parameter, 'member'>
  readonly description: string
  readonly schema: Translated
}

/** OpenAPI 3.1.1 §4.8.12.1: header parameters of these names shall be ignored. */
const IGNORED = new Set(['accept', 'content-type', 'authorization'])

/** They are about the connection, the gateway or its neighbours, and nobody's argument. */
const CONNECTION = new Set([
  ...['host', 'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'te', 'trailer'],
  ...['upgrade', 'expect', 'cookie', 'set-cookie', 'forwarded', 'x-real-ip', 'via', 'range'],
  ...['accept-encoding', 'content-encoding'],
])

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/

/** What a parameter is told apart by (OpenAPI 3.1.1 §4.8.12): its place and its name. */
export const parameterKey = (shape: ParameterShape): string => `${shape.in} ${wireName(shape)}`

/** RFC 9110 §5.1: names of headers have no case. */
const wireName = (shape: ParameterShape): string =>
  shape.in === 'header' ? shape.name.toLowerCase() : shape.name

/** One parameter; or why it is not carried, which leaves its operation out where the call needs it. */
export function readParameter(
  shape: ParameterShape,
  place: Place,
  { references, schemas }: { references: References; schemas: Schemas },
): ReadParameter | Finding {
  const required = shape.in === 'path' || shape.required
  const refuse = (message: string, isNeeded = required): Finding => ({
    pointer: place.pointer,
    message: `parameter ${shape.name} is not carried: ${message}`,
    effect: isNeeded ? 'left out' : 'noted',
  })
  const name = wireName(shape)
  if (shape.in === 'cookie') return refuse('it is a cookie, and cookies are not passed on')
  if (shape.in === 'header' && IGNORED.has(name))
    return refuse('OpenAPI has another place for this header', false)
  const wrong = headerProblem(shape.in, name) ?? styleProblem(shape)
  if (wrong !== undefined) return refuse(wrong)
  const schema = references.member(place, 'schema')
  if (!schema || !isObject(schema.value)) return refuse('it has no schema')
  const scalar = scalarOf(schema, references)
  if (typeof scalar === 'string') return refuse(scalar)
  const { type, isList } = scalar
  const isRepeated = shape.in === 'query' && (shape.explode ?? true)
  const list = isList ? (isRepeated ? 'repeated' : 'joined') : undefined
  return {
    parameter: { name, in: shape.in, required, type, list },
    description: shape.description,
    schema: schemas.translate(schema),
  }
}

function headerProblem(place: ParameterShape['in'], name: string): string | undefined {
  if (place !== 'header') return undefined
  if (!TOKEN.test(name)) return 'it is no name of a header'
  const isOurs = CONNECTION.has(name) || /^(?:proxy-|x-forwarded-|sec-|mcp-)/.test(name)
  return isOurs ? 'it is a header of the connection' : undefined
}

function styleProblem({ in: place, style }: ParameterShape): string | undefined {
  const only = place === 'query' ? 'form' : 'simple'
  const isCarried = style === undefined || style === only
  return isCarried ? undefined : `it is of style ${style}; in a ${place} ${only} alone is carried`
}

/** The shape of a parameter, where it stands in the end; or what is wrong with it. */
export function parameterAt(
  written: Place,
  references: References,
):
  | { readonly shape: ParameterShape; readonly place: Place }
  | { readonly findings: readonly Finding[] } {
  const place = references.follow(written)
  if ('message' in place) return { findings: [place] }
  const found = readShape(parameterShape, place)
  return 'findings' in found ? found : { shape: found.read, place }
}
