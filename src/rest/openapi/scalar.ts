import { isObject, type JsonValue } from '#lib/json.ts'
import type { ScalarType } from '../operation.ts'
import type { Place, References } from './references.ts'

/** What a schema says of a value that is written as text: one type, or a list of it. */
export interface Scalar {
  readonly type: ScalarType
  readonly isList: boolean
}

/** More would be no description of one value. */
const MOST_STEPS = 1000

const SCALARS: ReadonlySet<string> = new Set(['string', 'integer', 'number', 'boolean'])

/**
 * The one type that a schema's values have, through references and combinations; a sentence where it
 * names none or several, for then a text could be read in more than one way. That a value may also be
 * null makes no difference: text has no null.
 */
export function scalarOf(place: Place, references: References): Scalar | string {
  const whole = oneType(place, references)
  if (typeof whole === 'string') return whole
  if (whole.type !== 'array') return asScalar(whole.type, false)
  if (!whole.items) return 'its schema does not say what it is a list of'
  const item = oneType(whole.items, references)
  return typeof item === 'string' ? `of its items: ${item}` : asScalar(item.type, true)
}

function asScalar(type: string, isList: boolean): Scalar | string {
  if (SCALARS.has(type)) return { type: type as ScalarType, isList }
  return `it is ${isList ? 'a list ' : ''}of type ${type}`
}

function oneType(
  place: Place,
  references: References,
): { readonly type: string; readonly items: Place | undefined } | string {
  const found = findTypes(place, references)
  if (typeof found === 'string') return found
  const [type, another] = found.types
  if (type === undefined) return 'its schema names no type'
  const all = found.types.join(', ')
  return another === undefined
    ? { type, items: found.items }
    : `its schema names several types, ${all}`
}

interface Types {
  readonly types: readonly string[]
  readonly items: Place | undefined
}

function findTypes(start: Place, references: References): Types | string {
  const types = new Set<string>()
  let items: Place | undefined
  const open = [start]
  for (let steps = 0; open.length > 0; steps++) {
    if (steps > MOST_STEPS) return 'its schema is too complicated to tell a type from'
    const place = references.follow(open.pop() as Place)
    if ('message' in place) return place.message
    for (const type of typesOf(place.value)) types.add(type)
    items ??= references.member(place, 'items')
    for (const key of ['allOf', 'anyOf', 'oneOf']) {
      const list = references.member(place, key)
      if (!Array.isArray(list?.value)) continue
      for (const [at, value] of list.value.entries())
        open.push({ value, pointer: `${list.pointer}/${at}` })
    }
  }
  types.delete('null')
  return { types: [...types], items }
}

/** Named, or those of the values that are allowed. */
function typesOf(schema: JsonValue): string[] {
  if (!isObject(schema)) return []
  if (typeof schema.type === 'string') return [schema.type]
  if (Array.isArray(schema.type)) return schema.type.map(String)
  const values = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : []
  return values.map((value) => (value === null ? 'null' : typeof value))
}
