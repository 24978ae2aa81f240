import { Ajv2020 } from 'ajv/dist/2020.js'

/**
 * The answers of the MCP registry API v0.1 (OpenAPI document of 2025-12-01) and `server.json` (schema of
 * 2025-12-11), as far as a registry of remote servers uses them: their names, bounds and patterns, and
 * nothing beside what they know, so that what we add shows here first.
 */
const instant = {
  type: 'string',
  pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`,
}
const line = (most: number) => ({ type: 'string', minLength: 1, maxLength: most })
const closed = (required: string[], properties: object) => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
})

const remote = closed(['type', 'url'], {
  type: { enum: ['streamable-http', 'sse'] },
  url: { type: 'string', pattern: String.raw`^https?://[^\s]+$` },
})

const server = closed(['name', 'description', 'version'], {
  $schema: {
    const: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  },
  name: {
    type: 'string',
    minLength: 3,
    maxLength: 200,
    pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$',
  },
  title: line(100),
  description: line(100),
  // No range, and not `latest`: Semantic Versioning 2.0.0.
  version: { type: 'string', maxLength: 255, pattern: String.raw`^\d+\.\d+\.\d+$` },
  websiteUrl: { type: 'string', pattern: '^https?://' },
  remotes: { type: 'array', items: remote },
})

const entry = closed(['server', '_meta'], {
  server,
  _meta: closed(['io.modelcontextprotocol.registry/official'], {
    'io.modelcontextprotocol.registry/official': closed(['status', 'isLatest'], {
      status: { enum: ['active', 'deprecated', 'deleted'] },
      statusMessage: line(500),
      statusChangedAt: instant,
      publishedAt: instant,
      updatedAt: instant,
      isLatest: { type: 'boolean' },
    }),
    'dev.bailiwick/registry': { type: 'object' },
  }),
})

const list = closed(['servers', 'metadata'], {
  servers: { type: 'array', items: entry },
  metadata: closed(['count'], { nextCursor: { type: 'string' }, count: { type: 'integer' } }),
})

const error = closed(['error'], { error: line(500) })

const ajv = new Ajv2020({ strict: true, strictRequired: false })
const check = (schema: object) => {
  const validate = ajv.compile(schema)
  return (value: unknown): string | undefined =>
    validate(value) ? undefined : ajv.errorsText(validate.errors)
}
export const wrongWith = { entry: check(entry), list: check(list), error: check(error) }
