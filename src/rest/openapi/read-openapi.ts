import type { JsonObject } from '#lib/json.ts'
import type { Operation } from '../operation.ts'
import { quoted } from '../quoted.ts'
import { createRoutes, type Route, type Routes } from '../routes.ts'
import { type DocumentBounds, documentBounds, type Reading, readDocument } from './document.ts'
import type { Finding } from './finding.ts'
import { createReadParameters } from './parameters.ts'
import { readPaths } from './paths.ts'
import { readOperations } from './read-operations.ts'
import { createReferences, findOutward } from './references.ts'
import { createReadRequestBody } from './request-body.ts'
import { createSchemas } from './schemas.ts'
import { createSecurity } from './security.ts'
import { readShape, rootShape } from './shapes.ts'
import { createTranslate } from './translate.ts'

export interface OpenApiBounds extends DocumentBounds {
  /** Methods of paths, left out or not; and paths. */
  readonly operations: number
  /** Of one operation as a tool. */
  readonly definitionCharacters: number
}

const openApiBounds: OpenApiBounds = {
  ...documentBounds,
  operations: 2000,
  definitionCharacters: 65_536,
}

/** What an OpenAPI document says: plain data, which a thread hands to another. */
export interface OpenApiSaid {
  readonly title: string
  readonly version: string
  /** Where the document says that its API is. Where it is called is not for the document to say. */
  readonly servers: readonly string[]
  /** Each with the operations that are offered there. */
  readonly paths: readonly Route[]
  /** What was found that it does not offer, and why. */
  readonly findings: readonly Finding[]
}

/** The same as it is served. */
export interface OpenApi extends OpenApiSaid {
  readonly operations: readonly Operation[]
  readonly routes: Routes
}

export function readOpenApi(...about: Parameters<typeof readSaid>): Reading<OpenApi> {
  const read = readSaid(...about)
  return 'problems' in read ? read : serve(read)
}

/** In time proportional to the operations. */
export const serve = (said: OpenApiSaid): OpenApi => ({
  ...said,
  operations: said.paths.flatMap(({ operations }) => [...operations.values()]),
  routes: createRoutes(said.paths),
})

/**
 * Reads an OpenAPI document of 3.0 or 3.1, in YAML or JSON. An operation is offered exactly as it is
 * described, or not at all: what cannot be carried to the letter leaves it out, and its method and path
 * stay as something that is not offered, so that no operation beside it takes its requests. A document
 * that is none, or that refers to anything outside of itself, is refused as a whole. No file is read
 * and no address asked, whatever the document says. `lentIn` is the header that a credential is lent in.
 */
export function readSaid(
  text: string,
  bounds: OpenApiBounds = openApiBounds,
  lentIn?: string,
): Reading<OpenApiSaid> {
  const document = readDocument(text, bounds)
  if ('problems' in document) return document
  const { root } = document
  const version = versionOf(root)
  if (!version) return refuse('/openapi', versionMessage(root))
  const outward = findOutward(root)
  if (outward.length > 0) return { problems: outward }
  const shape = readShape(rootShape, { value: root, pointer: '' }, 'refused')
  if ('findings' in shape) return { problems: shape.findings }
  const { info, paths, servers, jsonSchemaDialect, security } = shape.read
  if (!DIALECTS.has(jsonSchemaDialect))
    return refuse('/jsonSchemaDialect', 'schemas of this dialect are not read; use 2020-12')

  // Before paths are compared with each other.
  const tooMany = tooManyOf('paths', Object.keys(paths).length, bounds.operations)
  if (tooMany) return tooMany
  const references = createReferences(root)
  const { items, findings } = readPaths(paths, references)
  const count = items.reduce((sum, { methods }) => sum + methods.length, 0)
  const tooManyMethods = tooManyOf('operations', count, bounds.operations)
  if (tooManyMethods) return tooManyMethods
  const mostCharacters = bounds.definitionCharacters
  const translate = createTranslate({ references, version, hidden: 'readOnly' })
  const schemas = createSchemas({ translate, mostCharacters })
  const read = readOperations(items, {
    readParameters: createReadParameters({ references, schemas, lentIn }),
    readRequestBody: createReadRequestBody({ references, schemas }),
    schemas,
    security: createSecurity({ value: root, pointer: '' }, references, security),
    definitionCharacters: mostCharacters,
  })
  return {
    title: info.title,
    version: info.version,
    servers: servers.map(({ url }) => url),
    ...read,
    findings: [...findings, ...read.findings],
  }
}

const DIALECTS: ReadonlySet<string | undefined> = new Set([
  undefined,
  'https://spec.openapis.org/oas/3.1/dialect/base',
  'https://json-schema.org/draft/2020-12/schema',
])

const refuse = (pointer: string, message: string): { readonly problems: readonly Finding[] } => ({
  problems: [{ pointer, message, effect: 'refused' }],
})

const tooManyOf = (what: string, count: number, most: number) =>
  count > most ? refuse('/paths', `it has ${count} ${what}; at most ${most} are read`) : undefined

const versionOf = ({ openapi }: JsonObject): '3.0' | '3.1' | undefined => {
  const found = typeof openapi === 'string' ? /^(3\.[01])\.\d+$/.exec(openapi)?.[1] : undefined
  return found === '3.0' || found === '3.1' ? found : undefined
}

function versionMessage({ openapi, swagger }: JsonObject): string {
  if (swagger !== undefined)
    return 'this is Swagger 2.0, which is not read; convert it to OpenAPI 3.0 or 3.1 first'
  if (openapi === undefined) return 'this is no OpenAPI document: it does not say openapi: 3.1.0'
  return `OpenAPI ${quoted(String(openapi))} is not read; write 3.0.x or 3.1.x, in quotes`
}
