import { isObject, type Written } from './keyword.ts'

/** Whom references are relative to where no `$id` says so. Nothing is ever asked of it. */
const NOWHERE = 'https://schema.invalid/'

/** Where a reference leads: a subschema as it is written, and what to call it. */
export interface Target {
  readonly written: unknown
  readonly at: string
}

/** What of a schema can be referred to (2020-12 core §8.2, §9). */
export interface Resources {
  /** Undefined where it leads out of the schema, or nowhere. `from` is the subschema that it stands in. */
  resolve(ref: string, from: Written): Target | undefined
  /** Whether at most one subschema has the dynamic anchor that the reference ends in (§8.2.3.2). */
  isOneTarget(ref: string): boolean
}

/** `isOld`: up to draft 7, where `$ref` hides its siblings and an anchor is an `$id` of a fragment. */
export function findResources(root: Written, isOld: boolean): Resources {
  const bases = new Map<Written, string>()
  const named = new Map<string, Target>([[NOWHERE, { written: root, at: '#' }]])
  const dynamic = new Map<string, number>()
  const waiting: [Written, string][] = [[root, NOWHERE]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [written, around] = next
    if (bases.has(written)) continue
    const base = enter(written, around, isOld, named)
    bases.set(written, base)
    for (const anchor of dynamicAnchorsOf(written)) {
      dynamic.set(anchor, (dynamic.get(anchor) ?? 0) + 1)
    }
    forEachSubschema(written, (inner) => waiting.push([inner, base]))
  }

  const resolve = (ref: string, from: Written): Target | undefined => {
    const base = bases.get(from) ?? NOWHERE
    const uri = absolute(ref, base)
    if (uri === undefined) return undefined
    const found = named.get(uri)
    if (found !== undefined) return found
    const mark = uri.indexOf('#')
    const resource = named.get(mark < 0 ? uri : uri.slice(0, mark))
    const isPointer = mark >= 0 && uri[mark + 1] === '/'
    const target = resource && isPointer ? follow(resource, uri.slice(mark + 1)) : undefined
    // Where no keyword leads to it, it belongs to what the reference led into.
    const led = target?.written
    if (isObject(led) && !bases.has(led)) bases.set(led, uri.slice(0, mark))
    return target
  }
  const isOneTarget = (ref: string) => (dynamic.get(ref.slice(ref.indexOf('#') + 1)) ?? 0) <= 1
  return { resolve, isOneTarget }
}

/** Puts a subschema under the names it has; gives what references in it are relative to. */
function enter(
  written: Written,
  around: string,
  isOld: boolean,
  named: Map<string, Target>,
): string {
  const { $id: given, id: older, $anchor, $dynamicAnchor, $ref } = written
  const id = isOld && $ref !== undefined ? undefined : (given ?? (isOld ? older : undefined))
  const uri = typeof id === 'string' ? absolute(id, around) : undefined
  const [base = around, fragment = ''] = uri?.split('#') ?? []
  const put = (key: string, at: string) => {
    if (!named.has(key)) named.set(key, { written, at })
  }
  if (uri !== undefined) put(fragment === '' ? base : uri, String(id))
  for (const anchor of [$anchor, $dynamicAnchor]) {
    if (typeof anchor === 'string') put(`${base}#${anchor}`, `#${anchor}`)
  }
  return base
}

/** 2019-09 has but one, without a name. */
function dynamicAnchorsOf({ $dynamicAnchor, $recursiveAnchor }: Written): readonly string[] {
  if (typeof $dynamicAnchor === 'string') return [$dynamicAnchor]
  return $recursiveAnchor === true ? [''] : []
}

const SINGLE = [
  ...[
    'additionalItems',
    'additionalProperties',
    'contains',
    'contentSchema',
    'else',
    'if',
    'items',
  ],
  ...['not', 'propertyNames', 'then', 'unevaluatedItems', 'unevaluatedProperties'],
]
/** Lists of subschemas, and subschemas by name. */
const SEVERAL = [
  ...['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems'],
  ...['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties'],
  'properties',
]

function forEachSubschema(written: Written, visit: (inner: Written) => void): void {
  for (const keyword of SINGLE) {
    const one = written[keyword]
    if (isObject(one)) visit(one)
  }
  for (const keyword of SEVERAL) {
    const several = written[keyword]
    if (typeof several !== 'object' || several === null) continue
    // An object under `items` is no mapping.
    if (keyword === 'items' && !Array.isArray(several)) continue
    for (const one of Object.values(several)) if (isObject(one)) visit(one)
  }
}

export function escaped(key: string): string {
  return /[~/]/.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key
}

/** RFC 3986 §5. A fragment alone, the usual case, needs no parser. */
function absolute(ref: string, base: string): string | undefined {
  if (ref.startsWith('#')) return ref === '#' ? base : `${base}${ref}`
  return URL.parse(ref, base)?.href.replace(/#$/, '')
}

/** RFC 6901 §6: a pointer in a fragment. */
function follow({ written, at }: Target, fragment: string): Target | undefined {
  const pointer = decoded(fragment)
  if (pointer === undefined) return undefined
  let value = written
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Written)[key]
  }
  return { written: value, at: `${at}${pointer}` }
}

function decoded(fragment: string): string | undefined {
  if (!fragment.includes('%')) return fragment
  try {
    return decodeURIComponent(fragment)
  } catch {
    return undefined
  }
}
