import type { JsonObject, JsonValue } from '#lib/json.ts'

/**
 * One schema of OpenAPI 3.0, its own keywords as JSON Schema 2020-12 has them; schemas inside of it are
 * not touched. `nullable` beside a `$ref` or without a type says by the letter of 3.0.3 nothing; it is
 * taken for what its author means by it.
 */
export function fromOpenApi30(schema: JsonObject): JsonObject {
  const { nullable, example, exclusiveMinimum, exclusiveMaximum, ...rest } = schema
  const bare =
    '$ref' in schema
      ? // 3.0.3 §Reference Object: what stands beside it is ignored.
        { $ref: schema.$ref as JsonValue }
      : {
          ...rest,
          ...bound(rest, 'minimum', exclusiveMinimum),
          ...bound(rest, 'maximum', exclusiveMaximum),
          ...(example === undefined || rest.examples !== undefined ? {} : { examples: [example] }),
        }
  const plain = withoutUndefined(bare)
  return nullable === true ? orNull(plain) : plain
}

/** A flag beside the bound in 3.0, the bound itself in 2020-12. */
function bound(
  schema: JsonObject,
  key: 'minimum' | 'maximum',
  exclusive: JsonValue | undefined,
): Readonly<Record<string, JsonValue | undefined>> {
  const name = key === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum'
  if (exclusive === true) return { [name]: schema[key], [key]: undefined }
  return typeof exclusive === 'number' ? { [name]: exclusive } : {}
}

function orNull(schema: JsonObject): JsonObject {
  const { type, ...rest } = schema
  if (typeof type === 'string') return { type: [type, 'null'], ...rest }
  const isOpen = ['$ref', 'allOf', 'anyOf', 'oneOf', 'enum'].every((key) => !(key in schema))
  return isOpen ? schema : { anyOf: [schema, { type: 'null' }] }
}

const withoutUndefined = (object: Readonly<Record<string, JsonValue | undefined>>): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  )
