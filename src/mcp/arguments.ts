import { isObject } from './messages.ts'
import type { CapabilityKind } from './methods.ts'
import { parseTemplate } from './template.ts'

/** Names of arguments, as far as a definition says them; `others`: there may be some that it does not name. */
export interface ArgumentNames {
  readonly names: ReadonlySet<string>
  readonly others: boolean
}

/**
 * What can be given to a capability, by its definition: the properties of a tool's inputSchema
 * wherever in it they stand (also of an operation, which is defined as a tool), the arguments of a
 * prompt, the variables of a template. A schema that lists properties and says nothing of others is
 * taken at its word.
 */
export function argumentNames(
  kind: CapabilityKind | 'operation',
  definition: Readonly<Record<string, unknown>>,
): ArgumentNames {
  switch (kind) {
    case 'resource':
      return { names: new Set(), others: false }
    case 'template':
      return { names: variablesOf(definition.uriTemplate), others: false }
    case 'prompt':
      return { names: namesOf(definition.arguments), others: false }
    default:
      return readSchema(definition.inputSchema)
  }
}

function variablesOf(template: unknown): Set<string> {
  const { parts = [] } = (typeof template === 'string' && parseTemplate(template)) || {}
  return new Set(parts.flatMap((part) => (part.kind === 'variable' ? [part.name] : [])))
}

function namesOf(declared: unknown): Set<string> {
  const all = Array.isArray(declared) ? declared : []
  return new Set(
    all.flatMap((one) => (isObject(one) && typeof one.name === 'string' ? [one.name] : [])),
  )
}

/** JSON Schema 2020-12 §10.2: what applies to the same place. */
const sideBySide = ['allOf', 'anyOf', 'oneOf'] as const
const branches = ['if', 'then', 'else', 'not'] as const
/** A schema comes from a server, and may refer to itself. */
const mostVisited = 1000

function readSchema(root: unknown): ArgumentNames {
  const names = new Set<string>()
  const visited = new Set<unknown>()
  let others = false
  let isListed = false

  const visit = (schema: unknown): void => {
    if (!isObject(schema) || visited.has(schema)) return
    visited.add(schema)
    if (visited.size > mostVisited) {
      others = true
      return
    }
    const { properties, additionalProperties, patternProperties, dependentSchemas, $ref } = schema
    isListed ||= isObject(properties) || additionalProperties === false
    others ||= patternProperties !== undefined || isOpen(additionalProperties)
    others ||= schema.$dynamicRef !== undefined
    for (const name of Object.keys(isObject(properties) ? properties : {})) names.add(name)
    const elsewhere = $ref === undefined ? undefined : pointed(root, $ref)
    others ||= $ref !== undefined && elsewhere === undefined
    const lists = sideBySide.flatMap((key) => schema[key] ?? [])
    const dependent = isObject(dependentSchemas) ? Object.values(dependentSchemas) : []
    for (const one of [elsewhere, ...lists, ...branches.map((key) => schema[key]), ...dependent])
      visit(one)
  }
  visit(root)
  return { names, others: others || !isListed }
}

const isOpen = (additional: unknown): boolean => additional !== undefined && additional !== false

/** RFC 6901, within the same schema; whatever leads out of it is not followed. */
function pointed(root: unknown, reference: unknown): unknown {
  if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference)) return undefined
  let found = root
  for (const step of reference.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined
    found = found[name]
  }
  return found
}
