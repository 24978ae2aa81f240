import { isObject, type JsonObject } from '#lib/json.ts'
import { kindOf, mediaTypeOf } from '../media-type.ts'
import type { BodyKind, FormField, RequestBody } from '../operation.ts'
import { type Finding, pointerTo } from './finding.ts'
import type { Place, References } from './references.ts'
import { scalarOf } from './scalar.ts'
import type { Schemas } from './schemas.ts'
import { readShape, requestBodyShape } from './shapes.ts'
import type { Translated } from './translate.ts'

/** A body before it has its name among the arguments. */
export interface ReadBody {
  readonly body: Omit<RequestBody, 'member'>
  readonly description: string
  readonly schema: Translated
}

export type ReadRequestBody = (place: Place) => {
  readonly read: ReadBody | undefined
  readonly findings: readonly Finding[]
}

interface Reader {
  readonly references: References
  readonly schemas: Schemas
}

/** The first of these that an operation takes is the one that is carried. */
const PREFERRED: readonly BodyKind[] = ['json', 'form', 'text', 'binary']

/**
 * The bodies of operations, undefined where one is not carried: where the call needs it, the operation
 * is left out. One that many refer to is read once.
 */
export const createReadRequestBody = (reader: Reader): ReadRequestBody => {
  const known = new Map<string, ReturnType<ReadRequestBody>>()
  return (written) => {
    const place = reader.references.follow(written)
    if ('message' in place) return { read: undefined, findings: [place] }
    const found = known.get(place.pointer) ?? readAt(place, reader)
    known.set(place.pointer, found)
    return found
  }
}

function readAt(place: Place, reader: Reader): ReturnType<ReadRequestBody> {
  const shape = readShape(requestBodyShape, place)
  if ('findings' in shape) return { read: undefined, findings: shape.findings }
  const { content, description, required } = shape.read
  const pointer = pointerTo(place.pointer, 'content')
  const refuse = (message: string): ReturnType<ReadRequestBody> => {
    const effect = required ? 'left out' : 'noted'
    const finding: Finding = { pointer, message: `the body is not carried: ${message}`, effect }
    return { read: undefined, findings: [finding] }
  }
  const types = Object.keys(content)
  const [kind, written] = choose(types)
  if (kind === undefined || written === undefined)
    return refuse(`it is ${types.slice(0, 10).join(', ') || 'nothing'}`)
  const mediaType = mediaTypeOf(written)
  const media = { value: content[written] ?? null, pointer: pointerTo(pointer, written) }
  const described = describe(kind, mediaType, media, reader)
  if (typeof described === 'string') return refuse(described)
  const { schema, fields = [] } = described
  const body = { required, mediaType, kind, fields }
  return { read: { body, description, schema }, findings: others(types, written, pointer) }
}

function choose(types: readonly string[]): [kind?: BodyKind, written?: string] {
  for (const kind of PREFERRED) {
    const written = types.find((type) => kindOf(type) === kind)
    if (written !== undefined) return [kind, written]
  }
  return []
}

const others = (types: readonly string[], written: string, pointer: string): Finding[] =>
  types.length === 1
    ? []
    : [
        {
          pointer,
          message: `of the body's media types ${written} alone is carried`,
          effect: 'noted',
        },
      ]

function describe(
  kind: BodyKind,
  type: string,
  media: Place,
  { references, schemas }: Reader,
): { readonly schema: Translated; readonly fields?: readonly FormField[] } | string {
  if (kind === 'text') return { schema: plain({ type: 'string', contentMediaType: type }) }
  if (kind === 'binary')
    return {
      schema: plain({ type: 'string', contentEncoding: 'base64', contentMediaType: type }),
    }
  const schema = references.member(media, 'schema')
  if (kind === 'json') return { schema: schema ? schemas.translate(schema) : plain({}) }
  if (!schema || references.member(media, 'encoding')) return 'a form needs a schema alone'
  const fields = formFields(schema, references)
  return typeof fields === 'string' ? fields : { schema: schemas.translate(schema), fields }
}

const plain = (schema: JsonObject): Translated => ({
  schema,
  needs: new Map(),
  findings: [],
  characters: JSON.stringify(schema).length,
})

/** OpenAPI 3.1.1 §4.8.14.1: the fields of a form, as parameters of a query would be. */
function formFields(schema: Place, references: References): readonly FormField[] | string {
  const object = references.follow(schema)
  if ('message' in object) return object.message
  const properties = references.member(object, 'properties')
  if (!properties || !isObject(properties.value)) return 'a form needs properties'
  const fields: FormField[] = []
  for (const name of Object.keys(properties.value)) {
    const place = references.member(properties, name)
    const scalar = place ? scalarOf(place, references) : ''
    if (typeof scalar === 'string') return `its field ${name}: ${scalar}`
    const list = scalar.isList ? 'repeated' : undefined
    fields.push({ name, member: name, type: scalar.type, list })
  }
  return fields
}
