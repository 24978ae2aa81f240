import { z } from 'zod'
import { isEnvironmentForCredentials, isHeaderForCredentials } from './lending.ts'
import { namePattern, personPattern, reservedNames } from './name.ts'
import { planeRoles } from './roles.ts'

/**
 * The documents of `apply` and `export`: what people write, one schema per kind. Every object is
 * strict, so an unknown key is an error; what this version does not build stands in `unbuilt.ts` and
 * is refused by name. No field here can hold a secret. The order of keys here is the order of export.
 */
export const apiVersion = 'bailiwick/v1'

const name = z
  .string()
  .regex(namePattern, 'must be 1 to 24 of a-z, 0-9 and -, beginning with a letter')
/** Of what has an address of its own: a plane, a server. */
const ownName = name.refine((value) => !reservedNames.has(value), 'is a reserved word')

/**
 * Text as it may be printed on a terminal and in a page. Control characters could rewrite a line that
 * was printed before, bidirectional ones show a name other than it is, and half a surrogate pair is
 * written differently by each program that meets it.
 */
const text = (most: number) => z.string().min(1).max(most).refine(isPrintable, unprintable)
const unprintable = 'must not contain control characters'
const title = text(200).optional().describe('For people.')
const owner = text(200).describe(
  'A team of the plane, or a person: who decides about it. Kept as written where it names neither.',
)
const optionalOwner = owner.optional()

/** A duration as `300s`, `5m` or `1h`. */
export const duration = z
  .string()
  .regex(/^[1-9][0-9]{0,5}(s|m|h)$/, 'must be a whole number with s, m or h, such as 300s')

export const durationMs = (written: string): number => {
  const unit = { s: 1000, m: 60_000, h: 3_600_000 }[written.slice(-1)] ?? 1000
  return Number(written.slice(0, -1)) * unit
}

const tokenLifetime = duration.refine((written) => {
  const lifetimeMs = durationMs(written)
  return lifetimeMs >= 30_000 && lifetimeMs <= 3_600_000
}, 'must be 30s to 1h')

export const capabilityClasses = ['read', 'write', 'destructive'] as const
export type CapabilityClass = (typeof capabilityClasses)[number]
const capabilityClass = z.enum(capabilityClasses)

const toolName = text(128)
/** A resource's URI or a template (RFC 6570); short enough to be a key on one line of YAML. */
const resourceName = text(1000).refine(isUriTemplate, 'must be a URI or a URI template (RFC 6570)')
const label = text(64)
const scopeToken = z
  .string()
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/, 'must be an OAuth scope token (RFC 6749 §3.3)')

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)])

/** The one selector: its keys are ANDed, the values of a key are ORed; `labels` and `scopes` must all be there. */
export const selector = z
  .strictObject({
    server: oneOrMore(name).optional().describe('One server or several.'),
    tools: z.array(toolName).min(1).optional().describe('Names of tools.'),
    prompts: z.array(toolName).min(1).optional().describe('Names of prompts.'),
    resources: z
      .array(resourceName)
      .min(1)
      .optional()
      .describe('URIs or templates, as the server lists them.'),
    class: oneOrMore(capabilityClass).optional().describe('One class or several.'),
    labels: z
      .array(label)
      .min(1)
      .optional()
      .describe("All of them, of the capability's own and its server's."),
    scopes: z.array(scopeToken).min(1).optional().describe('All of them.'),
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

const classification = z.strictObject({
  class: capabilityClass.describe('What it does to the world, as a person judged it.'),
  scopes: z.array(scopeToken).optional().describe('OAuth scopes that a token must carry for it.'),
  labels: z.array(label).optional().describe('For selectors.'),
})
export type Classification = z.infer<typeof classification>

const head = <K extends string>(kind: K) => ({
  apiVersion: z.literal(apiVersion),
  kind: z.literal(kind),
})
const inPlane = { plane: ownName.describe('The plane it stands in.') }

export const planeDocument = z
  .strictObject({
    ...head('Plane'),
    name: ownName,
    title,
    owner: optionalOwner,
    timeZone: z
      .string()
      .refine(isTimeZone, 'must be an IANA time zone, such as Europe/Istanbul')
      .optional()
      .describe('Days of quotas and of grants end by it. Default UTC.'),
    tokenLifetime: tokenLifetime.optional().describe('Of access tokens, 30s to 1h. Default 5m.'),
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
  .describe('A separated area with its own servers, agents, grants, keys, vault and ledger.')

/** A day (its end, in the plane's time zone) or an instant with its offset. */
const untilForm = 'must be a day such as 2027-06-30, or an instant with its offset'
export const until = z.union([
  z.iso.date(untilForm),
  z.iso.datetime({ offset: true, error: untilForm }),
])

const person = z
  .string()
  .regex(personPattern, 'must be the name of a person: 1 to 100 of a-z, 0-9, and . _ @ -')
const people = z
  .array(person)
  .min(1)
  .max(1000)
  .refine((names) => new Set(names).size === names.length, 'names a person twice')

export const teamDocument = z
  .strictObject({
    ...head('Team'),
    ...inPlane,
    name,
    title,
    people: people.describe('Names of people. They own what names this team as its owner.'),
  })
  .describe('People who own items and decide about them.')

export const roleBindingDocument = z
  .strictObject({
    ...head('RoleBinding'),
    ...inPlane,
    name,
    role: z.enum(planeRoles).describe('What may be done; see the table of roles.'),
    people: people.optional().describe('Who holds it.'),
    team: name.optional().describe('A Team whose people hold it.'),
    over: z
      .union([
        z.strictObject({ team: name.describe('The items that this Team owns.') }),
        z.strictObject({ server: name.describe('This one Server, and what is about it alone.') }),
      ])
      .optional()
      .describe('What it is held over. Default: the plane.'),
    reason: text(1000).optional().describe('Why, for whoever reviews it.'),
    until: until.optional().describe('When it ends, as of a Grant.'),
  })
  .refine((value) => value.people !== undefined || value.team !== undefined, {
    error: 'must name people or a team',
    path: ['people'],
  })
  .describe('A role that people hold over a plane, the items of a team, or one item.')

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'must be a header name (RFC 9110 §5.1)')
  .refine(isHeaderForCredentials, 'is a header that a credential cannot be lent in')

const lentAsHeader = z.strictObject({
  name: name.describe('The Credential.'),
  header: headerName.describe('Whatever the caller sends in it is dropped.'),
  format: z
    .string()
    .max(200)
    .regex(/^[\x20-\x7E]*$/, 'must be visible ASCII')
    .refine((value) => value.split('{secret}').length === 2, 'must contain {secret} exactly once')
    .optional()
    .describe('The header’s value around {secret}. Default {secret}.'),
})
const lentAsEnvironment = z.strictObject({
  name: name.describe('The Credential.'),
  env: z
    .string()
    .regex(/^[A-Z_][A-Z0-9_]{0,63}$/, 'must be the name of an environment variable')
    .refine(isEnvironmentForCredentials, 'is a variable that changes how programs run')
    .describe('A variable of the one child that the runner starts.'),
})

export const serverDocument = z
  .strictObject({
    ...head('Server'),
    ...inPlane,
    name: ownName,
    title,
    owner,
    upstream: z
      .union([
        z.strictObject({
          url: z
            .string()
            .max(2048)
            .refine(
              isUpstreamUrl,
              'must be an http or https URL without user, password or fragment',
            )
            .describe('Of its streamable HTTP endpoint.'),
        }),
        z.strictObject({
          runner: name.describe("A runner of the operator's configuration file, over stdio."),
        }),
      ])
      .describe('Where it is reached.'),
    credential: z
      .union([lentAsHeader, lentAsEnvironment])
      .optional()
      .describe('Lent to its calls: a header to a url, a variable to a runner.'),
    labels: z.array(label).optional().describe('Of all its capabilities, for selectors.'),
    tools: z
      .record(toolName, classification)
      .optional()
      .describe('What is not classified is invisible to every agent.'),
    prompts: z.record(toolName, classification).optional(),
    resources: z
      .record(resourceName, classification)
      .optional()
      .describe('By URI, or by the URI template as the server lists it.'),
  })
  .superRefine((server, context) => {
    const { credential, upstream } = server
    if (credential && 'env' in credential && 'url' in upstream) {
      const message = 'is lent to a runner alone: a server with a url takes `header`'
      context.addIssue({ code: 'custom', path: ['credential', 'env'], message })
    }
    if (credential && 'header' in credential && 'runner' in upstream) {
      const message = 'is lent to a url alone: a server with a runner takes `env`'
      context.addIssue({ code: 'custom', path: ['credential', 'header'], message })
    }
  })
  .describe('An MCP server behind the gateway.')

export const consumerDocument = z
  .strictObject({
    ...head('Consumer'),
    ...inPlane,
    name,
    title,
    owner: optionalOwner,
  })
  .describe('The team, application or partner that agents act for.')

export const agentDocument = z
  .strictObject({
    ...head('Agent'),
    ...inPlane,
    name,
    title,
    owner,
    consumers: z
      .array(name)
      .min(1)
      .refine((names) => new Set(names).size === names.length, 'names a consumer twice')
      .describe('Consumers it may act for; in a call it acts for one of them.'),
    authenticate: z
      .strictObject({ secret: z.literal(true) })
      .optional()
      .describe(
        '{ secret: true }: a client secret made with `bailiwick agent secret`. Without it only the operator mints tokens for the agent.',
      ),
  })
  .describe('A program with its own identity that calls capabilities.')

export const grantDocument = z
  .strictObject({
    ...head('Grant'),
    ...inPlane,
    name,
    agent: name,
    consumer: name.describe("One of the agent's consumers."),
    allow: z.array(selector).min(1).describe('What any of these selects is permitted.'),
    reason: text(1000).describe('Why, for whoever reviews it.'),
    until: until
      .optional()
      .describe(
        "When it ends: a day (the end of it in the plane's time zone) or an instant. An end in the past permits nothing.",
      ),
  })
  .describe('A permission: agent × consumer × capabilities, with a reason and an end.')

const most = z.int().min(1).max(1_000_000_000)
export const quotaDocument = z
  .strictObject({
    ...head('Quota'),
    ...inPlane,
    name,
    over: z.array(selector).min(1).describe('Calls of what any of these selects are counted.'),
    per: z.literal('agent').describe('Whose calls are counted together.'),
    allow: z
      .strictObject({
        second: most.optional().describe('By the UTC clock.'),
        minute: most.optional().describe('By the UTC clock.'),
        day: most.optional().describe("In the plane's time zone."),
      })
      .refine((value) => Object.keys(value).length > 0, 'must bound a second, a minute or a day'),
  })
  .describe('A bound on use, in fixed windows that hold at once.')

export const credentialDocument = z
  .strictObject({
    ...head('Credential'),
    ...inPlane,
    name,
    title,
    owner,
  })
  .describe('What is known of a secret; the secret itself comes by `bailiwick cred set`.')

export const documentSchemas = {
  Plane: planeDocument,
  Team: teamDocument,
  RoleBinding: roleBindingDocument,
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
export type TeamDocument = z.infer<typeof teamDocument>
export type RoleBindingDocument = z.infer<typeof roleBindingDocument>
export type ServerDocument = z.infer<typeof serverDocument>
export type ConsumerDocument = z.infer<typeof consumerDocument>
export type AgentDocument = z.infer<typeof agentDocument>
export type GrantDocument = z.infer<typeof grantDocument>
export type QuotaDocument = z.infer<typeof quotaDocument>
export type CredentialDocument = z.infer<typeof credentialDocument>
export interface Documents {
  Plane: PlaneDocument
  Team: TeamDocument
  RoleBinding: RoleBindingDocument
  Server: ServerDocument
  Consumer: ConsumerDocument
  Agent: AgentDocument
  Grant: GrantDocument
  Quota: QuotaDocument
  Credential: CredentialDocument
}
export type Document = Documents[Kind]

function isPrintable(written: string): boolean {
  return (
    written.isWellFormed() && !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u.test(written)
  )
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

function isUpstreamUrl(written: string): boolean {
  if (!isPrintable(written) || !URL.canParse(written)) return false
  const url = new URL(written)
  return /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.hash
}

/** RFC 6570 §2: every brace belongs to an expression whose variables have names. */
function isUriTemplate(written: string): boolean {
  const variable = String.raw`[\w%][\w%.]*(?::\d{1,4}|\*)?`
  const expression = new RegExp(String.raw`\{[+#./;?&]?${variable}(?:,${variable})*\}`, 'g')
  return !/[{}]/.test(written.replace(expression, ''))
}
