import { isObject, type JsonObject, type JsonValue } from '#lib/json.ts'
import { type Finding, pointerTo } from './finding.ts'
import { fromOpenApi30 } from './openapi-30.ts'
import type { Place, References } from './references.ts'

/** A schema of the document as JSON Schema 2020-12. */
export interface Translated {
  readonly schema: JsonValue
  /** The schemas that it refers to, by pointer. */
  readonly needs: ReadonlyMap<string, Need>
  readonly findings: readonly Finding[]
  /** Of its JSON text, without what it refers to. */
  readonly characters: number
}

interface Need {
  readonly place: Place
  /** Whether it applies to the very value that the schema applies to, and not to one inside of it. */
  readonly inPlace: boolean
}

/** Keywords of JSON Schema 2020-12 whose value is a schema, a list of them, or one under each name. */
const SINGLE = new Set([
  ...['items', 'additionalProperties', 'unevaluatedItems', 'unevaluatedProperties', 'contains'],
  ...['propertyNames', 'not', 'if', 'then', 'else', 'contentSchema'],
])
const LISTED = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const NAMED = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs'])
const IN_PLACE = new Set([
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas'],
])

/** They say nothing of values. */
const DROPPED = new Set(['discriminator', 'xml', 'externalDocs', 'example', '$comment'])

/** With them a `$ref` may mean something else than a pointer into this document. */
const REFUSED = new Set([
  ...['$id', '$anchor', '$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor'],
  ...['$schema', '$vocabulary'],
])

/**
 * Makes JSON Schema 2020-12 of a schema of OpenAPI 3.0 or 3.1, its references into `$defs`. `hidden`
 * is the annotation of properties that have no part in this direction: they are not required then
 * (OpenAPI 3.0.4 §4.7.24.1). The depth has been bounded by whoever read the document.
 */
export const createTranslate = (about: {
  references: References
  version: '3.0' | '3.1'
  hidden: 'readOnly' | 'writeOnly'
}): ((place: Place) => Translated) => {
  const { references, version, hidden } = about

  return (place) => {
    const needs = new Map<string, Need>()
    const findings: Finding[] = []
    const fail = (pointer: string, message: string): JsonValue => {
      findings.push({ pointer, message, effect: 'left out' })
      return true
    }

    const refer = (ref: JsonValue, at: string, inPlace: boolean): JsonValue => {
      if (typeof ref !== 'string') return fail(at, '$ref must be a text')
      const found = references.target(ref, at)
      if ('message' in found) {
        findings.push(found)
        return '#'
      }
      if (inPlace || !needs.has(found.pointer)) needs.set(found.pointer, { place: found, inPlace })
      return `#/$defs/${encodeURIComponent(pointerTo('', nameOf(found.pointer)).slice(1))}`
    }

    const member = (key: string, value: JsonValue, at: string, inPlace: boolean): JsonValue => {
      const inner = inPlace && IN_PLACE.has(key)
      if (SINGLE.has(key)) return schemaAt({ value, pointer: at }, inner)
      const isList = LISTED.has(key)
      if (!isList && !NAMED.has(key)) return value
      if (isList ? !Array.isArray(value) : !isObject(value))
        return fail(at, isList ? 'must be a list of schemas' : 'must be an object with schemas')
      const each = Object.entries(value as JsonObject).map(
        ([name, one]) =>
          [name, schemaAt({ value: one, pointer: pointerTo(at, name) }, inner)] as const,
      )
      return isList ? each.map(([, one]) => one) : Object.fromEntries(each)
    }

    const schemaAt = ({ value, pointer }: Place, inPlace: boolean): JsonValue => {
      if (typeof value === 'boolean') return value
      if (!isObject(value)) return fail(pointer, 'must be a schema, which is an object')
      const written = version === '3.0' ? fromOpenApi30(value) : value
      const made: { [key: string]: JsonValue } = {}
      for (const [key, inner] of Object.entries(written)) {
        const at = pointerTo(pointer, key)
        if (REFUSED.has(key)) fail(at, `${key} is not carried; refer by #/components/schemas/…`)
        else if (key === '$ref') made.$ref = refer(inner, at, inPlace)
        else if (key === 'required') Object.assign(made, requiredOf(written, pointer))
        else if (!DROPPED.has(key) && !key.startsWith('x-'))
          made[key] = member(key, inner, at, inPlace)
      }
      return made
    }

    const requiredOf = ({ required, properties }: JsonObject, pointer: string): JsonObject => {
      if (!Array.isArray(required)) {
        const message = 'required must be a list of names in a schema; this one says nothing'
        findings.push({ pointer: pointerTo(pointer, 'required'), message, effect: 'noted' })
        return {}
      }
      const place = { value: properties ?? {}, pointer: pointerTo(pointer, 'properties') }
      const kept = required.filter((name) => !isHidden(references.member(place, String(name))))
      return kept.length > 0 ? { required: kept } : {}
    }

    const isHidden = (property: Place | undefined): boolean => {
      if (!property) return false
      const followed = references.follow(property)
      const places = 'value' in followed ? [property, followed] : [property]
      return places.some(({ value }) => isObject(value) && value[hidden] === true)
    }

    const schema = schemaAt(place, true)
    return { schema, needs, findings, characters: JSON.stringify(schema).length }
  }
}

/**
 * Under which name of `$defs` a schema stands: a component's own, where it is one that OpenAPI allows
 * (3.1.1 §4.8.7), else its pointer, which no such name can be.
 */
export const nameOf = (pointer: string): string =>
  /^\/components\/schemas\/([A-Za-z0-9._-]+)$/.exec(pointer)?.[1] ?? pointer
