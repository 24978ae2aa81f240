import { z } from 'zod'
import { documentSchemas, type Kind, kinds } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'

/** JSON Schema 2020-12, as far as our documents use it. */
export interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly format?: string
  readonly pattern?: string
}

const made = new Map<Kind, JsonSchema>()

/** The schema of one kind of document. */
export function schemaOf(kind: Kind): JsonSchema {
  const schema = made.get(kind) ?? withoutDialect(z.toJSONSchema(documentSchemas[kind]))
  made.set(kind, schema)
  return schema
}

const withoutDialect = ({ $schema: _, ...schema }: object & { $schema?: unknown }): JsonSchema =>
  schema as JsonSchema

/**
 * One schema for editors: it tells the kinds apart by `kind`, so that completion and errors are those
 * of the one kind. What only the whole of the documents shows (dangling names …) is not in it.
 */
export function documentsSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://bailiwick.dev/schema/bailiwick-v1.schema.json',
    title: 'Bailiwick documents',
    description: 'What `bailiwick apply` takes and `bailiwick export` gives.',
    type: 'object',
    required: ['apiVersion', 'kind'],
    properties: { apiVersion: { const: apiVersion }, kind: { enum: kinds } },
    allOf: kinds.map((kind) => ({
      if: { required: ['kind'], properties: { kind: { const: kind } } },
      // biome-ignore lint/suspicious/noThenProperty: `then` is the keyword of JSON Schema.
      then: { $ref: `#/$defs/${kind}` },
    })),
    $defs: Object.fromEntries(kinds.map((kind) => [kind, schemaOf(kind)])),
  }
}

/** The file that ships with the package. */
export const schemaFile = (): string => `${JSON.stringify(documentsSchema(), null, 2)}\n`

/** The keys that may stand at a path of a document, over all alternatives that the schema has there. */
export function keysAt(kind: Kind, path: readonly (string | number)[]): ReadonlySet<string> {
  let here = alternatives(schemaOf(kind))
  for (const step of path) here = here.flatMap((schema) => stepInto(schema, step))
  return new Set(here.flatMap((schema) => Object.keys(schema.properties ?? {})))
}

const alternatives = (schema: JsonSchema): JsonSchema[] =>
  schema.anyOf ? schema.anyOf.flatMap(alternatives) : [schema]

function stepInto(schema: JsonSchema, step: string | number): JsonSchema[] {
  if (typeof step === 'number') return schema.items ? alternatives(schema.items) : []
  const member = schema.properties?.[step]
  if (member) return alternatives(member)
  const { additionalProperties: others } = schema
  return typeof others === 'object' ? alternatives(others) : []
}
