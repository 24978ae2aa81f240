// @ts-check

/**
 * The few JSON Schema words that the bank's own tools use (2020-12 semantics). It is not a
 * general validator: a word that is not listed here has no effect, so tools must not use one.
 *
 * @typedef {{
 *   type?: 'object' | 'array' | 'string' | 'integer',
 *   description?: string, properties?: Record<string, Schema>, required?: string[],
 *   additionalProperties?: boolean | Schema, items?: Schema, enum?: string[], pattern?: string,
 *   maxLength?: number, minimum?: number, maximum?: number, default?: unknown, 'x-mcp-header'?: string,
 * }} Schema
 */

/**
 * Every problem of a tool's arguments in words that a model can act on; none when they fit.
 * @param {Schema} schema an object schema of scalar properties
 * @param {unknown} value
 * @returns {string[]}
 */
export function problemsOf(schema, value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return ['arguments must be an object']
  const properties = schema.properties ?? {}
  const given = new Map(Object.entries(value))
  const missing = (schema.required ?? []).filter((name) => !given.has(name))
  const unknown = [...given.keys()].filter((name) => !Object.hasOwn(properties, name))
  return [
    ...missing.map((name) => `${name} is required`),
    ...unknown.map((name) => `${name} is not an argument of this tool`),
    ...Object.entries(properties).flatMap(([name, property]) =>
      given.has(name) ? scalarProblems(name, property, given.get(name)) : [],
    ),
  ]
}

/** @param {string} name @param {Schema} schema @param {unknown} value @returns {string[]} */
function scalarProblems(name, schema, value) {
  if (schema.type === 'integer') return integerProblems(name, schema, value)
  if (typeof value !== 'string') return [`${name} must be a string`]
  if (schema.enum && !schema.enum.includes(value))
    return [`${name} must be one of ${schema.enum.join(', ')}`]
  if (schema.maxLength !== undefined && [...value].length > schema.maxLength)
    return [`${name} must have at most ${schema.maxLength} characters`]
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
    return [`${name} must match ${schema.pattern}`]
  return []
}

/** @param {string} name @param {Schema} schema @param {unknown} value @returns {string[]} */
function integerProblems(name, { minimum, maximum }, value) {
  if (!Number.isSafeInteger(value)) return [`${name} must be a whole number`]
  const number = Number(value)
  if (minimum !== undefined && number < minimum) return [`${name} must be at least ${minimum}`]
  if (maximum !== undefined && number > maximum) return [`${name} must be at most ${maximum}`]
  return []
}
