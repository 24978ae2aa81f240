import type { HeaderFields } from '#lib/http.ts'
import type { JsonObject, JsonValue } from '#lib/json.ts'
import { decodedField, encodedField, fieldValue, mismatch } from './envelope.ts'
import { isObject, type ProtocolRefusal } from './messages.ts'

/** One argument that a tool wants repeated in a header (MCP 2026-07-28, server/tools §x-mcp-header). */
export interface ParamHeader {
  /** The whole field name, as the schema spells it: `Mcp-Param-Region`. */
  readonly header: string
  /** The names that lead from the arguments to the value. */
  readonly path: readonly string[]
  readonly type: 'string' | 'integer' | 'boolean'
}

/** Why an inputSchema's annotations make its tool invalid. */
export type ParamHeaderProblem = 'name' | 'repeated' | 'type' | 'unreachable'

const ANNOTATION = 'x-mcp-header'

/** RFC 9110 §5.1. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Keywords of JSON Schema 2020-12 (and `definitions` of its elders) whose value is a schema or a list of them. */
const SUBSCHEMAS = [
  ...['items', 'prefixItems', 'contains', 'additionalProperties', 'unevaluatedProperties'],
  ...['unevaluatedItems', 'propertyNames', 'oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else'],
]

/** Keywords whose value has a schema under each name. `properties` is not among them: it may be annotated. */
const NAMED_SUBSCHEMAS = ['patternProperties', 'dependentSchemas', '$defs', 'definitions']

/**
 * The annotated arguments of a tool, or why its annotations are not valid; a client over HTTP must
 * then leave the tool out (transports/streamable-http §Schema Extension). An annotation counts only
 * on a property that `properties` alone lead to, of type string, integer or boolean, with a name
 * that is a token and occurs once whatever its case. The schema's depth has been bounded by readJson.
 */
export function findParamHeaders(
  inputSchema: JsonValue | undefined,
): readonly ParamHeader[] | { readonly problem: ParamHeaderProblem } {
  const found: ParamHeader[] = []
  const problem = collect(inputSchema, [], found)
  if (problem !== undefined) return { problem }
  const names = new Set(found.map(({ header }) => header.toLowerCase()))
  return names.size === found.length ? found : { problem: 'repeated' }
}

function collect(
  schema: JsonValue | undefined,
  path: readonly string[],
  found: ParamHeader[],
): ParamHeaderProblem | undefined {
  if (!isObject(schema)) return undefined
  const problem = Object.hasOwn(schema, ANNOTATION) ? annotate(schema, path, found) : undefined
  if (problem !== undefined) return problem
  for (const [name, property] of membersOf(schema.properties)) {
    const inner = collect(property, [...path, name], found)
    if (inner !== undefined) return inner
  }
  return subschemas(schema).some(isAnnotated) ? 'unreachable' : undefined
}

function annotate(
  schema: JsonObject,
  path: readonly string[],
  found: ParamHeader[],
): ParamHeaderProblem | undefined {
  const { [ANNOTATION]: name, type } = schema
  if (path.length === 0) return 'unreachable'
  if (typeof name !== 'string' || !TOKEN.test(name)) return 'name'
  if (type !== 'string' && type !== 'integer' && type !== 'boolean') return 'type'
  found.push({ header: `Mcp-Param-${name}`, path, type })
  return undefined
}

function subschemas(schema: JsonObject): JsonValue[] {
  const plain = SUBSCHEMAS.flatMap((keyword) => schema[keyword] ?? [])
  const named = NAMED_SUBSCHEMAS.flatMap((keyword) => membersOf(schema[keyword]))
  return [...plain, ...named.map(([, inner]) => inner)]
}

/** Whether an annotation stands anywhere in a schema that no chain of `properties` leads to. */
function isAnnotated(schema: JsonValue): boolean {
  if (!isObject(schema)) return false
  if (Object.hasOwn(schema, ANNOTATION)) return true
  const properties = membersOf(schema.properties).map(([, property]) => property)
  return [...subschemas(schema), ...properties].some(isAnnotated)
}

function membersOf(value: JsonValue | undefined): [string, JsonValue][] {
  return isObject(value) ? Object.entries(value) : []
}

/**
 * Checks that each annotated argument and its header say the same (transports/streamable-http
 * §Server Behavior for Custom Headers, §Server Validation): an argument that is there wants its
 * header, and a header whose argument is absent or null says something that the body does not.
 * Headers that no annotation names are not looked at. Integers compare by value: `42.0` is 42.
 */
export function checkParamHeaders(
  declared: readonly ParamHeader[],
  args: JsonValue | undefined,
  headers: HeaderFields,
): ProtocolRefusal | undefined {
  const wrong = declared.find((one) => !agrees(valueAt(args, one.path), one, headers))
  return wrong && mismatch(wrong.header)
}

function agrees(value: JsonValue | undefined, one: ParamHeader, headers: HeaderFields): boolean {
  const name = one.header.toLowerCase()
  if (!isPrimitive(value)) return fieldValue(headers, name) === undefined
  const said = decodedField(headers, name)
  if (said === undefined) return false
  if (typeof value === 'number' && one.type === 'integer') return integerOf(said) === value
  return said === String(value)
}

/** The headers that repeat these arguments, as a client must write them. */
export function mirroredHeaders(
  declared: readonly ParamHeader[],
  args: JsonValue | undefined,
): [string, string][] {
  return declared.flatMap(({ header, path }): [string, string][] => {
    const value = valueAt(args, path)
    return isPrimitive(value) ? [[header.toLowerCase(), encodedField(String(value))]] : []
  })
}

/** A whole number, with nothing but noughts after its point. */
function integerOf(text: string): number | undefined {
  if (!/^-?(?:0|[1-9]\d{0,15})(?:\.0{1,16})?$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

function isPrimitive(value: JsonValue | undefined): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function valueAt(args: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let value = args
  for (const name of path) {
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  return value
}

/** The headers that these arguments want, as a client must write them: lower-case name, value, in pairs. */
export function paramFields(
  declared: readonly ParamHeader[],
  args: JsonValue | undefined,
): string[] {
  return declared.flatMap(({ header, path }) => {
    const value = valueAt(args, path)
    return isPrimitive(value) ? [header.toLowerCase(), encodedField(String(value))] : []
  })
}
