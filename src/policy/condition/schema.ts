import type { Kind } from './functions.ts'
import type { Scalar } from './tree.ts'
import { json, kindOf, type Members, oneOf, type Type } from './types.ts'

type Schema = Readonly<Record<string, unknown>>

/**
 * What a JSON Schema lets a value be, looked at only as far as a condition speaks of it. A schema
 * comes from a server and may be anything: what is not understood lets it be anything, so that
 * nothing that could be right is called wrong. One deliberate strictness: where a schema lists
 * properties and says nothing of others (which JSON Schema then allows), only those listed are there.
 */
export const typeOfSchema = (schema: unknown, root: unknown = schema): Type =>
  follow(schema, root, { left: mostFollowed })

/** References and alternatives that are followed from one place; a schema may refer to itself. */
const mostFollowed = 32

const follow = (schema: unknown, root: unknown, hops: { left: number }): Type => {
  if (!isSchema(schema) || --hops.left < 0) return json
  if (schema.$ref !== undefined) {
    const target = saysNoMore(schema, '$ref') ? pointed(root, schema.$ref) : undefined
    return target === undefined ? json : follow(target, root, hops)
  }
  const alternatives = schema.anyOf ?? schema.oneOf
  if (Array.isArray(alternatives) && saysNoMore(schema, 'anyOf', 'oneOf'))
    return oneOf(alternatives.slice(0, mostFollowed).map((one) => follow(one, root, hops)))
  const values = valuesOf(schema)
  return values ? { kinds: [...new Set(values.map(kindOf))], values } : typeByName(schema, root)
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keywords that say nothing about what is valid. */
const annotations = new Set(
  ['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'].concat([
    '$comment',
    '$schema',
    '$id',
    '$defs',
    'definitions',
    'example',
    'externalDocs',
  ]),
)

const saysNoMore = (schema: Schema, ...besides: readonly string[]): boolean =>
  Object.keys(schema).every((key) => annotations.has(key) || besides.includes(key))

/** RFC 6901 within the same document; whatever leads out of it is not followed. */
const pointed = (root: unknown, reference: unknown): unknown => {
  if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference)) return undefined
  let found = root
  for (const step of reference.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (!isSchema(found) || !Object.hasOwn(found, name)) return undefined
    found = found[name]
  }
  return found
}

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

const valuesOf = (schema: Schema): readonly Scalar[] | undefined => {
  const values = Object.hasOwn(schema, 'const') ? [schema.const] : schema.enum
  return Array.isArray(values) && values.length > 0 && values.every(isScalar) ? values : undefined
}

const kindsByName: Readonly<Record<string, Kind>> = {
  string: 'string',
  integer: 'double',
  number: 'double',
  boolean: 'bool',
  null: 'null',
  array: 'list',
  object: 'map',
}

const typeByName = (schema: Schema, root: unknown): Type => {
  const kinds = kindsOf(schema)
  const members = kinds.includes('map') ? membersOf(schema, root) : undefined
  const { items, prefixItems } = schema
  const hasElement = kinds.includes('list') && isSchema(items) && prefixItems === undefined
  return {
    kinds,
    ...(hasElement && { element: () => typeOfSchema(items, root) }),
    ...(members && { members }),
  }
}

const kindsOf = (schema: Schema): readonly Kind[] => {
  const named = typeof schema.type === 'string' ? [schema.type] : schema.type
  if (!Array.isArray(named) || named.length === 0) return json.kinds
  const kinds = named.map((name) =>
    typeof name === 'string' && Object.hasOwn(kindsByName, name) ? kindsByName[name] : undefined,
  )
  if (!kinds.every((kind) => kind !== undefined)) return json.kinds
  return [...new Set(schema.nullable === true ? [...kinds, 'null' as const] : kinds)]
}

/** Where one of these stands, there may be members that `properties` does not list. */
const opening = ['allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas', '$dynamicRef'].concat(
  'patternProperties',
)

const membersOf = (schema: Schema, root: unknown): Members | undefined => {
  const { properties, additionalProperties = false, required } = schema
  if (opening.some((key) => schema[key] !== undefined)) return undefined
  if (additionalProperties !== false) return undefined
  // `{ type: object }` alone promises nothing; with `additionalProperties: false` it has no members.
  if (!isSchema(properties) && schema.additionalProperties !== false) return undefined
  const listed = isSchema(properties) ? properties : {}
  return {
    get names() {
      return Object.keys(listed)
    },
    typeOf: (name) => (Object.hasOwn(listed, name) ? typeOfSchema(listed[name], root) : undefined),
    isRequired: (name) => Array.isArray(required) && required.includes(name),
  }
}
