import { z } from 'zod'
import { namePattern, reservedNames } from './name.ts'

/**
 * The documents of `apply` and `export`: what people write, one schema per kind. Every object is
 * strict, so an unknown key is an error; what this version does not build stands in `unbuilt.ts` and
 * is refused by name. No field here can hold a secret.
 */
export const apiVersion = 'bailiwick/v1'

const name = z
  .string()
  .regex(namePattern, 'must be 1 to 24 of a-z, 0-9 and -, beginning with a letter')
const ownName = name.refine((value) => !reservedNames.has(value), 'is a reserved word')
const text = (most: number) => z.string().min(1).max(most)
const owner = text(200).describe('A person or a team, kept as written.')

/** A duration as `300s`, `5m` or `1h`. */
export const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,5}(s|m|h)$/, 'must be a whole number with s, m or h, such as 300s')

export const durationMs = (written: string): number => {
  const unit = { s: 1000, m: 60_000, h: 3_600_000 }[written.slice(-1)] ?? 1000
  return Number(written.slice(0, -1)) * unit
}

export const capabilityClasses = ['read', 'write', 'destructive'] as const
export type CapabilityClass = (typeof capabilityClasses)[number]

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)])

/** The one selector: its keys are ANDed, the values of a key are ORed; `labels` and `scopes` must all be there. */
export const selector = z
  .strictObject({
    server: oneOrMore(name).optional(),
    tools: z.array(text(128)).min(1).optional(),
    prompts: z.array(text(128)).min(1).optional(),
    resources: z.array(text(2048)).min(1).optional(),
    class: oneOrMore(z.enum(capabilityClasses)).optional(),
    labels: z.array(text(64)).min(1).optional(),
    scopes: z.array(text(128)).min(1).optional(),
  })
  .refine(
    (value) => Object.keys(value).length > 0,
    'must name something: an empty selector selects nothing',
  )
  .refine(
    (value) => [value.tools, value.prompts, value.resources].filter(Boolean).length <= 1,
    'may name tools, prompts or resources, one of the three: write one selector for each',
  )
export type Selector = z.infer<typeof selector>

const scopeToken = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/, 'must be an OAuth scope token (RFC 6749 §3.3)')

const classification = z.strictObject({
  class: z.enum(capabilityClasses),
  scopes: z.array(scopeToken).optional(),
  labels: z.array(text(64)).optional(),
})
export type Classification = z.infer<typeof classification>

const head = <K extends string>(kind: K) => ({
  apiVersion: z.literal(apiVersion),
  kind: z.literal(kind),
})
const inPlane = { plane: ownName }

export const planeDocument = z.strictObject({
  ...head('Plane'),
  name: ownName,
  title: text(200).optional(),
  owner: owner.optional(),
  timeZone: z
    .string()
    .refine((zone) => isTimeZone(zone), 'must be an IANA time zone, such as Europe/Istanbul')
    .optional()
    .describe('Days of quotas and of grants end by it. Default UTC.'),
  tokenLifetime: duration.optional().describe('Of access tokens, 30s to 1h. Default 5m.'),
  ledger: z
    .strictObject({
      entriesPerSecond: z
        .int()
        .min(10)
        .max(1_000_000)
        .describe('The budget of entries, so that a flood here never stops another plane.'),
    })
    .optional(),
})

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'must be a header name (RFC 9110 §5.1)')
  .refine(
    (value) => !forbiddenCredentialHeaders.has(value.toLowerCase()),
    'is a header that a credential cannot be lent in',
  )
const forbiddenCredentialHeaders = new Set([
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'connection',
  'accept',
  'te',
  'upgrade',
  'keep-alive',
  'expect',
  'trailer',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
])

const lentAsHeader = z.strictObject({
  name,
  header: headerName,
  format: z
    .string()
    .max(200)
    .refine((value) => value.split('{secret}').length === 2, 'must contain {secret} exactly once')
    .optional()
    .describe('Default {secret}.'),
})
const lentAsEnvironment = z.strictObject({
  name,
  env: z.string().regex(/^[A-Z_][A-Z0-9_]{0,63}$/, 'must be the name of an environment variable'),
})

export const serverDocument = z.strictObject({
  ...head('Server'),
  ...inPlane,
  name: ownName,
  title: text(200).optional(),
  owner,
  upstream: z.union([
    z.strictObject({
      url: z
        .string()
        .max(2048)
        .refine(isUpstreamUrl, 'must be an http or https URL without user, password or fragment'),
    }),
    z.strictObject({ runner: name }),
  ]),
  credential: z.union([lentAsHeader, lentAsEnvironment]).optional(),
  labels: z.array(text(64)).optional(),
  tools: z.record(text(128), classification).optional(),
  prompts: z.record(text(128), classification).optional(),
  resources: z.record(text(2048), classification).optional(),
})

export const consumerDocument = z.strictObject({
  ...head('Consumer'),
  ...inPlane,
  name,
  title: text(200).optional(),
  owner: owner.optional(),
})

export const agentDocument = z.strictObject({
  ...head('Agent'),
  ...inPlane,
  name,
  title: text(200).optional(),
  owner,
  consumers: z.array(name).min(1),
  authenticate: z
    .strictObject({ secret: z.literal(true) })
    .optional()
    .describe(
      '{ secret: true }: a client secret made with `bailiwick agent secret`. Without it only the operator mints tokens for the agent.',
    ),
})

/** A day (its end, in the plane's time zone) or an instant with its offset. */
export const until = z.union([z.iso.date(), z.iso.datetime({ offset: true })])

export const grantDocument = z.strictObject({
  ...head('Grant'),
  ...inPlane,
  name,
  agent: name,
  consumer: name,
  allow: z.array(selector).min(1),
  reason: text(1000),
  until: until.optional(),
})

const most = z.int().min(1).max(1_000_000_000)
export const quotaDocument = z.strictObject({
  ...head('Quota'),
  ...inPlane,
  name,
  over: z.array(selector).min(1),
  per: z.literal('agent'),
  allow: z
    .strictObject({ second: most.optional(), minute: most.optional(), day: most.optional() })
    .refine((value) => Object.keys(value).length > 0, 'must bound a second, a minute or a day'),
})

export const credentialDocument = z.strictObject({
  ...head('Credential'),
  ...inPlane,
  name,
  title: text(200).optional(),
  owner,
})

export const documentSchemas = {
  Plane: planeDocument,
  Server: serverDocument,
  Consumer: consumerDocument,
  Agent: agentDocument,
  Grant: grantDocument,
  Quota: quotaDocument,
  Credential: credentialDocument,
} as const
export type Kind = keyof typeof documentSchemas
export const kinds = Object.keys(documentSchemas) as Kind[]

export type PlaneDocument = z.infer<typeof planeDocument>
export type ServerDocument = z.infer<typeof serverDocument>
export type ConsumerDocument = z.infer<typeof consumerDocument>
export type AgentDocument = z.infer<typeof agentDocument>
export type GrantDocument = z.infer<typeof grantDocument>
export type QuotaDocument = z.infer<typeof quotaDocument>
export type CredentialDocument = z.infer<typeof credentialDocument>
export interface Documents {
  Plane: PlaneDocument
  Server: ServerDocument
  Consumer: ConsumerDocument
  Agent: AgentDocument
  Grant: GrantDocument
  Quota: QuotaDocument
  Credential: CredentialDocument
}
export type Document = Documents[Kind]

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

function isUpstreamUrl(written: string): boolean {
  if (!URL.canParse(written)) return false
  const url = new URL(written)
  return /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.hash
}
