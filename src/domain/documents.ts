import { z } from 'zod'
import {
  duration,
  durationMs,
  head,
  inPlane,
  label,
  name,
  names,
  owner,
  ownName,
  people,
  reason,
  text,
  title,
  until,
} from './fields.ts'
import { type IssuerDocument, issuerDocument } from './issuer-document.ts'
import { apiDocument, serverDocument } from './item-documents.ts'
import { jwks } from './jwk.ts'
import {
  grantDocument,
  policyTestDocument,
  quotaDocument,
  ruleDocument,
} from './policy-documents.ts'
import { requirement } from './requirement.ts'
import { planeRoles } from './roles.ts'
import { agentSignIn, planeSignIn } from './sign-in-documents.ts'

/**
 * The documents of `apply` and `export`: what people write, one schema per kind. Every object is
 * strict, so an unknown key is an error; what this version does not build stands in `unbuilt.ts` and
 * is refused by name. No field here can hold a secret. The order of keys here is the order of export.
 */
const tokenLifetime = duration.refine((written) => {
  const lifetimeMs = durationMs(written)
  return lifetimeMs >= 30_000 && lifetimeMs <= 3_600_000
}, 'must be 30s to 1h')

const optionalOwner = owner.optional()

const days = z.string().regex(/^[1-9][0-9]{0,4}d$/, 'must be a whole number of days, such as 400d')

/** Its keys are ANDed; one that names nothing holds everything. */
const hold = z
  .strictObject({
    name: name.describe('Of the matter.'),
    user: text(255).optional().describe('On whose behalf, as tokens name them.'),
    agent: name.optional(),
    server: name.optional().describe('Or an API.'),
    since: until
      .optional()
      .describe(
        "A day, from its beginning in the plane's time zone, or an instant with its offset.",
      ),
    until: until
      .optional()
      .describe('The same; a day is held to its end, an instant is not included.'),
    reason,
  })
  .describe('Calls whose record may be needed in a matter, such as a law suit.')

export const planeDocument = z
  .strictObject({
    ...head('Plane'),
    name: ownName,
    title,
    owner: optionalOwner,
    namespace: z
      .string()
      .max(128)
      .regex(
        /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/,
        'must be a domain name in reverse, such as com.example.ops',
      )
      .optional()
      .describe(
        'Before the names of its servers in the registry API. Default: local. and its name.',
      ),
    timeZone: z
      .string()
      .refine(isTimeZone, 'must be an IANA time zone, such as Europe/Istanbul')
      .optional()
      .describe('Days of quotas and of grants end by it. Default UTC.'),
    tokenLifetime: tokenLifetime.optional().describe('Of access tokens, 30s to 1h. Default 5m.'),
    apiKeys: z
      .strictObject({
        longest: days
          .refine((written) => Number(written.slice(0, -1)) <= 366, 'must be 366d or shorter')
          .describe('For how long one may be good, 1d to 366d; one that was made for longer too.'),
      })
      .optional()
      .describe(
        'REST APIs here may be called by API keys, by consumers that can do no better. Default: none is made, and none is taken.',
      ),
    require: requirement
      .optional()
      .describe('What it demands of every token, before anything else is looked at.'),
    ledger: z
      .strictObject({
        entriesPerSecond: z
          .int()
          .min(10)
          .max(1_000_000)
          .optional()
          .describe('The budget of entries, so that a flood here never stops another plane.'),
        mask: z
          .array(label)
          .min(1)
          .max(100)
          .refine((all) => new Set(all).size === all.length, 'names a data class twice')
          .optional()
          .describe(
            'Data classes that are never recorded: what an item marks as theirs is masked in arguments and results, and where it marks nothing all of it is withheld.',
          ),
        hold: z
          .array(hold)
          .min(1)
          .max(100)
          .refine(
            (all) => new Set(all.map((one) => one.name)).size === all.length,
            'names two holds alike',
          )
          .optional()
          .describe('What is kept whatever else is said, until the hold is taken out.'),
        retain: z
          .strictObject({
            payloads: days.optional().describe('Whatever has no shorter one. Default: for ever.'),
            classes: z
              .record(label, days)
              .optional()
              .describe('By data class; the shortest of those that a call has.'),
            entries: days
              .refine((written) => Number(written.slice(0, -1)) >= 183, 'must be 183d or longer')
              .optional()
              .describe(
                'The bodies of all entries; their hashes, and so every proof, stay for ever. Default: 3650d, ten years.',
              ),
          })
          .refine((value) => Object.keys(value).length > 0, 'must say how long')
          .optional()
          .describe(
            'How long what is recorded of calls is kept, and for how long the entries are.',
          ),
        resultBytes: z
          .int()
          .min(1024)
          .max(1_048_576)
          .optional()
          .describe('Of a result, where it is recorded, at most. Default 65536.'),
      })
      .refine((value) => Object.keys(value).length > 0, 'must say something of the ledger')
      .optional(),
    endpoint: z
      .strictObject({
        search: z
          .boolean()
          .optional()
          .describe(
            'Tools are found by search_tools and called by call_tool instead of being listed: for planes with hundreds. Default false.',
          ),
        instructions: z
          .boolean()
          .optional()
          .describe('Whether what its servers say of themselves is passed on. Default true.'),
      })
      .refine((value) => Object.keys(value).length > 0, 'must say something of the endpoint')
      .optional()
      .describe('What agents meet at /mcp/{plane}, where all its servers are one.'),
    registry: z
      .strictObject({
        public: names('a server').describe(
          'Servers that are told of without a token, by name and title.',
        ),
      })
      .optional()
      .describe('What the registry API tells a stranger. Default: nothing.'),
    signIn: planeSignIn.optional(),
  })
  .describe('A separated area with its own servers, agents, grants, keys, vault and ledger.')

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
        z.strictObject({ api: name.describe('This one API, and what is about it alone.') }),
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

export const consumerDocument = z
  .strictObject({
    ...head('Consumer'),
    ...inPlane,
    name,
    title,
    owner: optionalOwner,
  })
  .describe('The team, application or partner that agents act for.')

const claim = z.union([text(200), z.boolean(), z.int(), z.array(text(200)).max(50)])

/** What is vouched for of an agent. */
export const claims = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be a name that a condition can say'),
    claim,
  )
  .refine((all) => Object.keys(all).length <= 32, 'has more than 32 claims')

export const agentDocument = z
  .strictObject({
    ...head('Agent'),
    ...inPlane,
    name,
    title,
    owner,
    consumers: names('a consumer').describe(
      'Consumers it may act for; in a call it acts for one of them.',
    ),
    claims: claims
      .optional()
      .describe('What is vouched for of it here; conditions see it as caller.claims.'),
    authenticate: z
      .strictObject({
        secret: z
          .literal(true)
          .optional()
          .describe('By a client secret made with `bailiwick agent secret`.'),
        jwks: jwks
          .optional()
          .describe(
            'By a key that the agent alone holds (private_key_jwt): its public part, or `./FILE` beside this one that `apply` reads.',
          ),
        issuer: name
          .optional()
          .describe('By a token of its workload: the Issuer that it is of (RFC 7523).'),
        subject: text(255).optional().describe('`sub` of that token, exactly.'),
      })
      .refine(
        ({ issuer, subject }) => (issuer === undefined) === (subject === undefined),
        'must say both issuer and subject, or neither',
      )
      .refine((ways) => Object.keys(ways).length > 0, 'names no way to authenticate')
      .optional()
      .describe(
        'How the agent proves who it is to the issuer. Without it only the operator mints tokens for the agent.',
      ),
    signIn: agentSignIn.optional(),
  })
  .describe('A program with its own identity that calls capabilities.')

export const agentGroupDocument = z
  .strictObject({
    ...head('AgentGroup'),
    ...inPlane,
    name,
    title,
    owner: optionalOwner,
    agents: z
      .array(name)
      .max(10_000)
      .refine((all) => new Set(all).size === all.length, 'names an agent twice')
      .describe('What is granted to the group, each of these may.'),
  })
  .describe('Agents that are granted the same.')

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
  API: apiDocument,
  Consumer: consumerDocument,
  Agent: agentDocument,
  AgentGroup: agentGroupDocument,
  Grant: grantDocument,
  Rule: ruleDocument,
  Quota: quotaDocument,
  Credential: credentialDocument,
  Issuer: issuerDocument,
  PolicyTest: policyTestDocument,
} as const
export type Kind = keyof typeof documentSchemas
export const kinds = Object.keys(documentSchemas) as Kind[]

export type PlaneDocument = z.infer<typeof planeDocument>
export type TeamDocument = z.infer<typeof teamDocument>
export type RoleBindingDocument = z.infer<typeof roleBindingDocument>
export type ServerDocument = z.infer<typeof serverDocument>
export type ApiDocument = z.infer<typeof apiDocument>
export type ConsumerDocument = z.infer<typeof consumerDocument>
export type AgentDocument = z.infer<typeof agentDocument>
export type AgentGroupDocument = z.infer<typeof agentGroupDocument>
export type GrantDocument = z.infer<typeof grantDocument>
export type RuleDocument = z.infer<typeof ruleDocument>
export type QuotaDocument = z.infer<typeof quotaDocument>
export type { IssuerDocument } from './issuer-document.ts'
export type CredentialDocument = z.infer<typeof credentialDocument>
export type PolicyTestDocument = z.infer<typeof policyTestDocument>
/** What the catalogue holds: servers and APIs, whose names are one name space. */
export type ItemDocument = ServerDocument | ApiDocument
export interface Documents {
  Plane: PlaneDocument
  Team: TeamDocument
  RoleBinding: RoleBindingDocument
  Server: ServerDocument
  API: ApiDocument
  Consumer: ConsumerDocument
  Agent: AgentDocument
  AgentGroup: AgentGroupDocument
  Grant: GrantDocument
  Rule: RuleDocument
  Quota: QuotaDocument
  Credential: CredentialDocument
  Issuer: IssuerDocument
  PolicyTest: PolicyTestDocument
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
