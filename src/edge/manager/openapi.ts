import { z } from 'zod'
import { documentSchemas, kinds } from '#domain/documents.ts'
import type { Route } from './route.ts'
import { formOf } from './router.ts'

type Json = Readonly<Record<string, unknown>>

/** OpenAPI 3.1 (its schemas are JSON Schema 2020-12), made of the one list. */
export const openApiDocument = (routes: readonly Route[], version: string): Json => {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = paths[`/api/v1${route.path}`] ?? {}
    path[route.method.toLowerCase()] = operationOf(route)
    paths[`/api/v1${route.path}`] = path
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Bailiwick, the Manager',
      version,
      description: 'Governs planes: policy, registry, vault, people. Times are UTC milliseconds.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Problem: problemSchema,
        ...Object.fromEntries(
          kinds.map((kind) => [kind, schemaOf(documentSchemas[kind], 'input')]),
        ),
      },
      responses: {
        Problem: {
          description: 'A problem (RFC 9457).',
          content: { 'application/problem+json': { schema: ref('schemas', 'Problem') } },
        },
      },
    },
  }
}

const ref = (room: 'schemas' | 'responses', name: string): Json => ({
  $ref: `#/components/${room}/${name}`,
})

const known = new Map<unknown, string>(kinds.map((kind) => [documentSchemas[kind], kind]))

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'throw',
  }) as Record<string, unknown>
  return rest
}

/** Documents stand once, under their kind. */
const refTo = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const kind = known.get(schema)
  return kind === undefined ? schemaOf(schema, io) : ref('schemas', kind)
}

const operationOf = (route: Route): Json => ({
  operationId: operationIdOf(route),
  summary: route.says,
  tags: [tagOf(route)],
  ...(route.needs === 'nobody' && { security: [] }),
  'x-needs': route.needs,
  parameters: parametersOf(route),
  ...(route.body && {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: refTo(route.body, 'input') } },
    },
  }),
  responses: responsesOf(route),
})

/** `putPlanesGrants`, `postServersClassify`: the words of the address, with One where it names one. */
const operationIdOf = ({ method, path }: Route): string => {
  const words = path.split('/').filter((part) => part !== '' && part !== '{plane}')
  const said = words.map((part) =>
    part.startsWith('{') ? 'One' : part.split(/[-.]/).map(capital).join(''),
  )
  return `${method.toLowerCase()}${said.join('')}${path.endsWith('{plane}') ? 'One' : ''}`
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

const tagOf = ({ path }: Route): string => {
  const [first = '', second, third] = path.slice(1).split('/')
  return first === 'planes' && second === '{plane}' ? (third ?? first) : first
}

const parametersOf = (route: Route): Json[] => [
  ...[...route.path.matchAll(/\{([a-z]+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: formOf(name) },
  })),
  ...queryParameters(route),
  ...headersOf(route),
]

const queryParameters = ({ query }: Route): Json[] => {
  if (!query) return []
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, Json>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

const headersOf = ({ method, conditional, streams, takes }: Route): Json[] => {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  })
  if (streams === 'events')
    return [header('Last-Event-ID', 'The id of the last event that was read.')]
  const none = header(
    'If-None-Match',
    method === 'GET' ? 'An ETag: 304.' : '`*`: only what is new.',
  )
  if (method === 'GET') return conditional ? [none] : []
  return [
    ...(conditional ? [header('If-Match', 'The ETag of what you saw, or `*`.'), none] : []),
    ...(takes === 'reason and key'
      ? [header('Idempotency-Key', 'The same write with the same key happens once.')]
      : []),
    ...(takes ? [header('X-Reason', 'Why, for the revision and the ledger; UTF-8.')] : []),
  ]
}

const typeOf = { events: 'text/event-stream', lines: 'application/x-ndjson' } as const

const responsesOf = ({ answer, status, streams, conditional, method }: Route): Json => ({
  [status]: {
    description: status === 501 ? 'Not built in this version.' : 'Done.',
    ...(conditional &&
      method !== 'DELETE' && {
        headers: { ETag: { description: 'Strong.', schema: { type: 'string' } } },
      }),
    ...(streams && { content: { [typeOf[streams]]: { schema: { type: 'string' } } } }),
    ...(answer && { content: { 'application/json': { schema: refTo(answer, 'output') } } }),
  },
  ...(conditional && method === 'PUT' && { 201: { description: 'Made.' } }),
  ...(conditional && method === 'GET' && { 304: { description: 'As you have it.' } }),
  default: ref('responses', 'Problem'),
})

const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: {
      type: 'string',
      format: 'uri',
      description: 'Stable; ends in the code of docs/errors.md.',
    },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    fix: { type: 'string', description: 'One command or one sentence that mends it.' },
    ref: { type: 'string', description: 'What the log of the installation has under this id.' },
    retryAfterMs: { type: 'integer' },
    recordedSince: {
      type: 'integer',
      description: 'From when on what was asked for is recorded, UTC milliseconds.',
    },
    problems: { type: 'array', items: { type: 'object' } },
  },
}
