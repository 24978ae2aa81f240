import { z } from 'zod'
import {
  head,
  inPlane,
  isPrintable,
  label,
  name,
  owner,
  ownName,
  resourceName,
  scopeToken,
  text,
  title,
  toolName,
} from './fields.ts'
import { isEnvironmentForCredentials, isHeaderForCredentials } from './lending.ts'
import { requirement } from './requirement.ts'
import { capabilityClass } from './selector.ts'

/** Items of the catalogue: MCP servers and REST APIs, what they have, and who decides about them. */
const path = text(500).describe('A JSONPath (RFC 9535).')
const paths = z.array(path).min(1).max(50)

/** How much of a call is kept beside its entry, each level with what the one before it keeps. */
export const recordLevels = ['none', 'digest', 'arguments', 'all'] as const
export type RecordLevel = (typeof recordLevels)[number]

const marked = z.record(path, label).refine((marks) => {
  const { length } = Object.keys(marks)
  return length >= 1 && length <= 50
}, 'must be 1 to 50 paths')

const argumentName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/,
    'must be the name of an argument, or of a variable of the URI template',
  )
/** Personal where it says so, and wherever `dataPaths` marks it: see `isPersonal`. */
export const indexedArgument = z.union([
  argumentName,
  z.strictObject({
    argument: argumentName.describe('Its name.'),
    personal: z
      .literal(true)
      .describe('Entries hold a keyed hash of it, which is erased with what is recorded.'),
  }),
])

const classified = {
  class: capabilityClass.describe('What it does to the world, as a person judged it.'),
  scopes: z.array(scopeToken).optional().describe('OAuth scopes that a token must carry for it.'),
  labels: z.array(label).optional().describe('For selectors.'),
  data: z
    .array(label)
    .optional()
    .describe('Data classes that it touches, such as personal or payment; selected as labels are.'),
  dataPaths: z
    .strictObject({
      arguments: marked.optional().describe('By path; $ is the object of arguments.'),
      result: marked.optional().describe('By path; $ is the JSON of its result, as for a variant.'),
    })
    .refine((value) => Object.keys(value).length > 0, 'must have arguments or result')
    .optional()
    .describe(
      'Where data of a class stands: all places of each class that is named here. What the plane masks is recorded without them.',
    ),
  record: z
    .enum(recordLevels)
    .optional()
    .describe(
      'What is kept of a call, encrypted, beside its entry: nothing, a digest of the arguments, the arguments, or these and the result. Default arguments.',
    ),
  index: z
    .array(indexedArgument)
    .min(1)
    .max(8)
    .optional()
    .describe(
      'Arguments whose values stand in the entry of each call, to be asked for; of what is personal, or marked in dataPaths, a keyed hash.',
    ),
}
const derived = {
  variantOf: text(1000)
    .optional()
    .describe('The capability of this item that it is derived from, with fields hidden.'),
  remove: paths.optional().describe('Fields of its result that are removed.'),
  mask: paths.optional().describe('Fields of its result that are masked.'),
}
const classification = z
  .strictObject({ ...classified, ...derived })
  .refine(
    ({ variantOf, remove, mask }) => (variantOf === undefined) === !(remove ?? mask),
    'must have variantOf together with remove or mask: a variant hides fields of another capability',
  )
export type Classification = z.infer<typeof classification>

export const lifeCycles = ['draft', 'review', 'published', 'deprecated', 'retired'] as const
export type LifeCycle = (typeof lifeCycles)[number]

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
const perCallToken = z.strictObject({
  perCall: z
    .literal(true)
    .describe(
      'A token of its own for each call, in Authorization: of the plane’s issuer, for this url alone, of at most a minute.',
    ),
})
const lentAsEnvironment = z.strictObject({
  name: name.describe('The Credential.'),
  env: z
    .string()
    .regex(/^[A-Z_][A-Z0-9_]{0,63}$/, 'must be the name of an environment variable')
    .refine(isEnvironmentForCredentials, 'is a variable that changes how programs run')
    .describe('A variable of the one child that the runner starts.'),
})

/** What every item says of itself, in the order of export. */
const said = {
  title,
  description: text(1000).optional().describe('What it is for, in a sentence or two, for people.'),
  owner,
  contacts: z
    .array(text(200))
    .min(1)
    .max(20)
    .optional()
    .describe('Whom to ask, as people write it: an address, a channel.'),
  documentation: z
    .string()
    .max(2048)
    .refine(isUrl, 'must be an http or https URL without user, password or fragment')
    .optional()
    .describe('Where people read about it.'),
  lifeCycle: z
    .enum(lifeCycles)
    .optional()
    .describe(
      'Agents meet what is published or deprecated; a draft, what is in review and what is retired they do not. Default published.',
    ),
}
const demanded = {
  require: requirement
    .optional()
    .describe("The item's own demands on how a caller is authenticated."),
  labels: z.array(label).optional().describe('Of all its capabilities, for selectors.'),
  data: z
    .array(label)
    .optional()
    .describe('Data classes of all its capabilities; selected as labels are.'),
}

const url = z
  .string()
  .max(2048)
  .refine(isUrl, 'must be an http or https URL without user, password or fragment')

export const serverDocument = z
  .strictObject({
    ...head('Server'),
    ...inPlane,
    name: ownName,
    ...said,
    upstream: z
      .union([
        z.strictObject({
          url: url.describe(
            'Of its streamable HTTP endpoint, or of its stream where it is a server of 2024-11-05 (HTTP+SSE); which of them is found out.',
          ),
        }),
        z.strictObject({
          runner: name.describe("A runner of the operator's configuration file, over stdio."),
        }),
      ])
      .describe('Where it is reached.'),
    credential: z
      .union([lentAsHeader, lentAsEnvironment, perCallToken])
      .optional()
      .describe(
        'Lent to its calls: a header or a token per call to a url, a variable to a runner.',
      ),
    ...demanded,
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
    if (credential && 'perCall' in credential && 'runner' in upstream) {
      const message = 'is sent to a url alone: what a runner starts is lent a secret by `env`'
      context.addIssue({ code: 'custom', path: ['credential', 'perCall'], message })
    }
    if (credential && 'header' in credential && 'runner' in upstream) {
      const message = 'is lent to a url alone: a server with a runner takes `env`'
      context.addIssue({ code: 'custom', path: ['credential', 'header'], message })
    }
    for (const member of ['tools', 'prompts', 'resources'] as const) {
      const its = server[member]
      for (const [path, message] of [...strayVariants(its), ...strayMarks(its, server.data)])
        context.addIssue({ code: 'custom', path: [member, ...path], message })
    }
    for (const [own, { dataPaths }] of Object.entries(server.resources ?? {}))
      if (dataPaths?.arguments)
        context.addIssue({
          code: 'custom',
          path: ['resources', own, 'dataPaths', 'arguments'],
          message: 'a resource takes no arguments: its URI stands in the entry of each call',
        })
  })
  .describe('An MCP server behind the gateway.')

export const apiDocument = z
  .strictObject({
    ...head('API'),
    ...inPlane,
    name: ownName,
    ...said,
    upstream: z
      .strictObject({
        url: url.describe('What the paths of its operations are joined to.'),
        openapi: z
          .string()
          .min(1)
          .max(900_000)
          .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
          .describe(
            'Its OpenAPI document, 3.0 or 3.1, as text; in a file that `apply` reads also its path, beginning with ./',
          ),
      })
      .describe('Where it is reached, and what it says of itself.'),
    credential: z.union([lentAsHeader, perCallToken]).optional().describe('Lent to its calls.'),
    ...demanded,
    tools: z.literal(true).optional().describe('Its operations are also offered as MCP tools.'),
    operations: z
      .record(toolName, classification)
      .optional()
      .describe('By operation id. What is not classified is invisible to every agent.'),
  })
  .superRefine(({ operations, data }, context) => {
    for (const [path, message] of [...strayVariants(operations), ...strayMarks(operations, data)])
      context.addIssue({ code: 'custom', path: ['operations', ...path], message })
  })
  .describe('A REST API behind the gateway.')

/** A variant hides fields of something that is classified and is itself what the server has. */
function strayVariants(
  members: Readonly<Record<string, Classification>> = {},
): [path: string[], message: string][] {
  return Object.entries(members).flatMap(([own, { variantOf }]) => {
    if (variantOf === undefined) return []
    const base = Object.hasOwn(members, variantOf) ? members[variantOf] : undefined
    if (base?.variantOf === undefined && base) return []
    const problem = base
      ? 'names a variant: a variant is derived from what the item itself has'
      : 'names nothing that is classified here'
    return [[[own, 'variantOf'], problem] as [string[], string]]
  })
}

/** What is marked as of a class is of a capability that touches it, or rules over the class would miss it. */
function strayMarks(
  members: Readonly<Record<string, Classification>> = {},
  ofItem: readonly string[] = [],
): [path: string[], message: string][] {
  return Object.entries(members).flatMap(([own, { data = [], dataPaths, variantOf }]) => {
    const base = variantOf === undefined ? undefined : members[variantOf]
    const touched = new Set([...ofItem, ...data, ...(base?.data ?? [])])
    return (['arguments', 'result'] as const).flatMap((side) =>
      Object.entries(dataPaths?.[side] ?? {}).flatMap(([path, its]) =>
        touched.has(its)
          ? []
          : ([
              [[own, 'dataPaths', side, path], `is a class that \`data\` does not name: ${its}`],
            ] as [string[], string][]),
      ),
    )
  })
}

function isUrl(written: string): boolean {
  if (!isPrintable(written) || !URL.canParse(written)) return false
  const url = new URL(written)
  return /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.hash
}
