import { isObject, type JsonObject, type JsonValue } from '#lib/json.ts'
import { kindOf } from '../media-type.ts'
import type { Answer } from '../operation.ts'
import { pointerTo } from './finding.ts'
import type { Place, References } from './references.ts'
import type { Schemas } from './schemas.ts'
import { readShape, responseShape } from './shapes.ts'

export type ReadAnswers = (
  operation: Place,
  responses: Readonly<Record<string, JsonValue>>,
) => readonly Answer[]

/**
 * What operations may answer. Nothing is decided by it, so that what cannot be told of an answer is
 * left untold instead of the operation. An answer that many refer to is read once.
 */
export const createReadAnswers = (about: {
  references: References
  schemas: Schemas
}): ReadAnswers => {
  const { references, schemas } = about
  const known = new Map<string, Omit<Answer, 'status'> | undefined>()

  const schemaOf = (media: Place): JsonValue | undefined => {
    const place = references.member(media, 'schema')
    const translated = place && schemas.translate(place)
    const defs = translated && schemas.define([translated]).defs
    return translated && defs && withDefs(translated.schema, defs)
  }

  const readAt = (place: Place): Omit<Answer, 'status'> | undefined => {
    const shape = readShape(responseShape, place)
    if ('findings' in shape) return undefined
    const { description, content } = shape.read
    const pointer = pointerTo(place.pointer, 'content')
    const media = Object.entries(content).map(([type, value]) => ({
      type,
      schema: () =>
        kindOf(type) === 'json'
          ? schemaOf({ value, pointer: pointerTo(pointer, type) })
          : undefined,
    }))
    return { description, media }
  }

  return (operation, responses) => {
    const pointer = pointerTo(operation.pointer, 'responses')
    return Object.entries(responses).flatMap(([status, value]): Answer[] => {
      const place = references.follow({ value, pointer: pointerTo(pointer, status) })
      if ('message' in place) return []
      const found = known.get(place.pointer) ?? readAt(place)
      known.set(place.pointer, found)
      return found ? [{ status, ...found }] : []
    })
  }
}

const withDefs = (schema: JsonValue, defs: JsonObject): JsonValue =>
  isObject(schema) && Object.keys(defs).length > 0
    ? { ...schema, $defs: { ...(isObject(schema.$defs) ? schema.$defs : {}), ...defs } }
    : schema
