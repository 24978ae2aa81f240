import type { JsonValue } from '#lib/json.ts'
import type { HttpMethod, Operation } from '../operation.ts'
import { type TemplateSegment, variablesOf } from '../path-template.ts'
import { type Argument, toolDefinition } from './definition.ts'
import { type Finding, pointerTo } from './finding.ts'
import { memberNames } from './members.ts'
import type { ReadParameter } from './parameter.ts'
import type { ReadParameters } from './parameters.ts'
import type { Place } from './references.ts'
import type { ReadBody, ReadRequestBody } from './request-body.ts'
import type { Schemas } from './schemas.ts'
import type { Security } from './security.ts'
import { operationShape, readShape } from './shapes.ts'

/** What operations of one document are read with. */
export interface OperationReader {
  readonly readParameters: ReadParameters
  readonly readRequestBody: ReadRequestBody
  readonly schemas: Schemas
  readonly security: Security
  readonly definitionCharacters: number
}

/** Where an operation stands, and what its path says for all of its methods. */
export interface OperationPlace {
  readonly method: HttpMethod
  readonly path: string
  readonly segments: readonly TemplateSegment[]
  readonly place: Place
  readonly ofPath: readonly Place[]
}

/** One operation, undefined where it is left out, which a finding then says. */
export function readOperation(
  about: OperationPlace,
  reader: OperationReader,
): { readonly operation: Operation | undefined; readonly findings: readonly Finding[] } {
  const { method, path, segments, place } = about
  const shape = readShape(operationShape, place)
  if ('findings' in shape) return { operation: undefined, findings: shape.findings }
  const { read } = shape
  const findings: Finding[] = []
  const leaveOut = (pointer: string, message: string) =>
    findings.push({ pointer, message, effect: 'left out' })

  const { operationId: name = '' } = read
  if (read.servers)
    leaveOut(
      pointerTo(place.pointer, 'servers'),
      'it is at a server of its own; register that as an API',
    )
  const own = placesIn(place, 'parameters', read.parameters)
  const found = reader.readParameters(about.ofPath, own)
  findings.push(...found.findings, ...variableFindings(segments, found.parameters, place))
  const body = bodyOf(method, place, read.requestBody, reader, findings)

  const named = nameArguments(found.parameters, body)
  if (!named) leaveOut(place.pointer, 'two of its parameters would be the same argument')
  const { defs, findings: unsound } = reader.schemas.define(
    [...found.parameters, ...(body ? [body] : [])].map(({ schema }) => schema),
  )
  findings.push(...unsound.map((one) => ({ ...one, pointer: one.pointer || place.pointer })))
  if (!named || !defs || findings.some(({ effect }) => effect === 'left out'))
    return { operation: undefined, findings }

  const { summary, description, tags, deprecated } = read
  const told = { name, method, path, summary, description, deprecated }
  const definition = toolDefinition({ ...told, ...named, defs })
  if (JSON.stringify(definition).length > reader.definitionCharacters) {
    leaveOut(place.pointer, `as a tool it has more than ${reader.definitionCharacters} characters`)
    return { operation: undefined, findings }
  }
  const { parameters, body: requestBody } = named
  const security = reader.security(read.security)
  const operation = { ...told, segments, tags, security, parameters, definition }
  return { operation: { ...operation, body: requestBody }, findings }
}

export const placesIn = (place: Place, key: string, list: readonly JsonValue[]): Place[] =>
  list.map((value, index) => ({ value, pointer: pointerTo(place.pointer, key, index) }))

/** Every variable of the path wants its parameter, and every parameter of the path its variable. */
function variableFindings(
  segments: readonly TemplateSegment[],
  parameters: readonly ReadParameter[],
  { pointer }: Place,
): Finding[] {
  const variables = variablesOf(segments)
  const declared = parameters
    .filter(({ parameter }) => parameter.in === 'path')
    .map(({ parameter }) => parameter.name)
  const finding = (message: string): Finding => ({ pointer, message, effect: 'left out' })
  return [
    ...variables
      .filter((name) => !declared.includes(name))
      .map((name) => finding(`{${name}} of its path is no parameter that is carried`)),
    ...declared
      .filter((name) => !variables.includes(name))
      .map((name) => finding(`parameter ${name} does not stand in its path`)),
  ]
}

function bodyOf(
  method: HttpMethod,
  place: Place,
  value: JsonValue | undefined,
  reader: OperationReader,
  findings: Finding[],
): ReadBody | undefined {
  if (value === undefined) return undefined
  const pointer = pointerTo(place.pointer, 'requestBody')
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') {
    const message = `the body of a ${method} has no meaning (RFC 9110 §9.3.1) and is not carried`
    findings.push({ pointer, message, effect: 'left out' })
    return undefined
  }
  const found = reader.readRequestBody({ value, pointer })
  findings.push(...found.findings)
  return found.read
}

function nameArguments(found: readonly ReadParameter[], body: ReadBody | undefined) {
  const names = memberNames([
    ...found.map(({ parameter }) => parameter),
    ...(body ? [{ name: 'body', in: 'body' as const }] : []),
  ])
  if (!names) return undefined
  const parameters = found.map(({ parameter }, at) => ({ ...parameter, member: names[at] ?? '' }))
  const member = names.at(-1) ?? ''
  const args: Argument[] = found.map(({ description, schema: { schema } }, at) => ({
    ...(parameters[at] as (typeof parameters)[number]),
    description,
    schema,
  }))
  if (!body) return { parameters, body: undefined, arguments: args }
  const { description, schema } = body
  const { required } = body.body
  args.push({ member, required, description, schema: schema.schema })
  return { parameters, body: { ...body.body, member }, arguments: args }
}
