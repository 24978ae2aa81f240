import { isObject, type JsonObject, type JsonValue } from '#lib/json.ts'

type Definition = Readonly<Record<string, unknown>>

/** Whether a tool's structured content goes to legacy callers as the member `result` of an object. */
export const isWrapped = ({ outputSchema }: Definition): boolean =>
  outputSchema !== undefined && !(isObject(outputSchema) && outputSchema.type === 'object')

/**
 * A tool's definition for a legacy caller: until 2026-07-28 an output schema was that of an object
 * (server/tools §Output Schema), and clients refuse a whole list for another.
 */
export const legacyTool = (definition: Definition): Definition =>
  isWrapped(definition)
    ? { ...definition, outputSchema: wrap(definition.outputSchema as JsonValue) }
    : definition

const wrap = (schema: JsonValue): JsonObject => ({
  type: 'object',
  properties: {
    result: isObject(schema) && !('$id' in schema) ? (moved(schema) as JsonObject) : schema,
  },
  required: ['result'],
})

/** Where values stand that only look like schemas. */
const opaque: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples'])

/** References from the root of the document, which the schema is no longer (JSON Schema 2020-12 core §8.2.3.1). */
const moved = (schema: JsonValue): JsonValue => {
  if (Array.isArray(schema)) return schema.map(moved)
  if (!isObject(schema)) return schema
  const members = Object.entries(schema).map(([key, value]) => {
    if ((key === '$ref' || key === '$dynamicRef') && typeof value === 'string')
      return [
        key,
        /^#(?:\/|$)/.test(value) ? `#/properties/result${value.slice(1)}` : value,
      ] as const
    return [key, opaque.has(key) ? value : moved(value)] as const
  })
  return Object.fromEntries(members)
}
