import type { JsonObject, JsonValue } from '#lib/json.ts'
import type { HttpMethod, Parameter, RequestBody } from '../operation.ts'

/** One argument as it is described to a model. */
export interface Argument {
  readonly member: string
  readonly required: boolean
  readonly description: string
  readonly schema: JsonValue
}

/**
 * An operation as a tool of MCP (2025-11-25, server/tools §Tool). There is no outputSchema: whoever
 * declares one promises that every answer conforms, and what the API answers is not ours to promise.
 * `_meta.openapi` makes what is done with the arguments a part of the definition, so that whoever pins
 * it has pinned the method, the path and the places too.
 */
export function toolDefinition(about: {
  name: string
  method: HttpMethod
  path: string
  summary: string
  description: string
  deprecated: boolean
  arguments: readonly Argument[]
  parameters: readonly Parameter[]
  body: RequestBody | undefined
  defs: JsonObject
}): JsonObject {
  const { name, method, path, summary, parameters, body, defs } = about
  const required = about.arguments.filter((one) => one.required).map(({ member }) => member)
  const text = [summary, about.description, about.deprecated ? 'Deprecated.' : '']
  return {
    name,
    ...(summary === '' ? {} : { title: summary }),
    description: text.filter((part) => part !== '').join('\n\n') || `${method} ${path}`,
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(about.arguments.map((one) => [one.member, described(one)])),
      ...(required.length > 0 ? { required } : {}),
      additionalProperties: false,
      ...(Object.keys(defs).length > 0 ? { $defs: defs } : {}),
    },
    annotations: annotationsOf(method),
    _meta: {
      openapi: {
        method,
        path,
        parameters: Object.fromEntries(parameters.map((one) => [one.member, placeOf(one)])),
        ...(body ? { body: { member: body.member, mediaType: body.mediaType } } : {}),
      },
    },
  }
}

const described = ({ schema, description }: Argument): JsonValue => {
  if (description === '') return schema
  return typeof schema === 'object' ? { ...schema, description } : { description }
}

const placeOf = ({ name, in: place, list }: Parameter): JsonObject => ({
  in: place,
  name,
  ...(list ? { list } : {}),
})

/** RFC 9110 §9.2: what a method promises, and nothing that it does not. */
const annotationsOf = (method: HttpMethod): JsonObject => {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return { readOnlyHint: true }
  const idempotentHint = method === 'PUT' || method === 'DELETE'
  return { readOnlyHint: false, idempotentHint }
}
