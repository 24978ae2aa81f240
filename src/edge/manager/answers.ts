import { z } from 'zod'
import { capabilityKinds } from '#domain/capability.ts'
import { lifeCycles } from '#domain/item-documents.ts'
import { planeRoles } from '#domain/roles.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { suspensionKinds } from '#domain/suspension.ts'
import { severities } from '#registry/scan/finding.ts'

/** What the routes answer, for the reference and the client. Times are UTC milliseconds. */
const at = z.int().describe('UTC milliseconds.')

/** `next`: the `after` of the next page; absent on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next: z.string().optional() })

/** What every list takes. */
export const pageQuery = z.strictObject({
  after: z.string().max(200).optional().describe('The `next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

export const account = z.strictObject({
  name: z.string(),
  title: z.string().optional(),
  administrator: z.boolean().describe('Of the installation.'),
  hasPassword: z.boolean(),
  madeAt: at,
  madeBy: z.string(),
  issuer: z
    .string()
    .optional()
    .describe('Of the organisation that vouches for the person, who has no password here.'),
})

export const listedAccount = account.extend({ hasPasskey: z.boolean() })

export const token = z.strictObject({
  id: z.string(),
  label: z.string(),
  madeAt: at,
  endsAt: at,
})

export const passkey = z.strictObject({
  id: z.string(),
  label: z.string().describe('What its person calls it.'),
  madeAt: at,
  usedAt: at.optional().describe('When it signed them in last.'),
})

export const session = z.strictObject({
  token: z.string().optional().describe('Shown this once; not where it went into the cookie.'),
  id: z.string(),
  person: account,
  endsAt: at,
})

export const me = z.strictObject({
  person: account,
  token,
  planes: z.array(
    z.strictObject({
      plane: z.string(),
      roles: z.array(
        z.strictObject({
          role: z.enum(planeRoles),
          over: z
            .union([z.strictObject({ owner: z.string() }), z.strictObject({ item: z.string() })])
            .optional(),
          endsAt: at.optional(),
        }),
      ),
    }),
  ),
})

const counts = z.strictObject({
  visible: z.int(),
  unclassified: z.int(),
  held: z.int(),
  absent: z.int(),
})

export const serverStatusFields = {
  kind: z.enum(['Server', 'API']),
  server: z.string(),
  title: z.string().optional(),
  upstream: z.string(),
  state: z.string(),
  detail: z.string(),
  since: at.optional(),
  health: z
    .string()
    .describe('In words, whose side it is on first: `Ready`, `Upstream error 502`.'),
  side: z.enum(['network', 'server', 'credential', 'gateway']).optional(),
  checkedAt: at.optional(),
  modern: z.boolean(),
  legacy: z.string().optional(),
  isolation: z.string().optional(),
  restarts: z.int().optional(),
  processes: z
    .int()
    .optional()
    .describe('That run for one caller each, where its runner gives each its own.'),
  credential: z.string().optional(),
  credentialVersion: z.int().optional(),
  counts,
  notOffered: z
    .int()
    .optional()
    .describe('Operations that the OpenAPI document of an API describes and that are left out.'),
}
export const serverStatus = z.strictObject(serverStatusFields)
/** What an item of the catalogue says of itself. */
const saidFields = {
  kind: z.enum(['Server', 'API']),
  title: z.string().optional(),
  description: z.string().optional(),
  owner: z.string(),
  contacts: z.array(z.string()).describe('Whom to ask.'),
  documentation: z.string().optional(),
  lifeCycle: z.enum(lifeCycles),
  labels: z.array(z.string()),
  data: z.array(z.string()).describe('Data classes.'),
}
export const serverRow = z.strictObject({
  plane: z.string(),
  ...saidFields,
  ...serverStatusFields,
})
export const fieldChange = z.strictObject({
  at: z.string().describe('JSON pointer into the definition.'),
  words: z.array(z.strictObject({ op: z.enum(['same', 'removed', 'added']), text: z.string() })),
})
const finding = z.strictObject({
  severity: z.enum(severities),
  says: z.string(),
  at: z.string().describe('JSON pointer into the definition.'),
  excerpt: z.string().describe('With everything spelled out that a screen would not show.'),
})
export const capabilityFields = {
  kind: z.enum(capabilityKinds),
  name: z.string(),
  state: z.enum(['pinned', 'held', 'absent']),
  class: z.enum([...capabilityClasses, 'unclassified']),
  scopes: z.array(z.string()),
  labels: z.array(z.string()),
  fingerprint: z.string(),
  title: z.string(),
  version: z.int().optional().describe('Which of the definitions that were ever pinned.'),
  held: z.array(z.string()).optional(),
  changes: z.array(fieldChange).optional().describe('Where it is held: by field and word.'),
  observed: z.string().optional().describe('Fingerprint of what the server tells now, where held.'),
  restless: z.boolean().describe('It changed so often that it stays held whatever it becomes.'),
  findings: z.array(finding).describe('In what the server tells now; they decide nothing.'),
  suggestion: z
    .strictObject({ class: z.enum(capabilityClasses).optional(), because: z.string() })
    .optional()
    .describe('Where nobody has classified it; never applied by itself.'),
  renamedFrom: z.string().optional().describe('Something that went and asked for the same.'),
}
export const capability = z.strictObject(capabilityFields)
const wrongConditions = z
  .array(
    z.strictObject({
      kind: z.enum(['Grant', 'Rule']),
      name: z.string(),
      key: z.enum(['when', 'require']),
      message: z.string(),
    }),
  )
  .describe('Conditions that are wrong by what is offered now: they permit nothing, or deny.')
export const serverAnswer = z.strictObject({
  plane: z.string(),
  ...saidFields,
  ...serverStatusFields,
  gateway: z.string(),
  set: z.string().optional(),
  capabilities: z.array(capability),
  held: z.string().optional().describe('Fingerprint of everything that is held.'),
  findings: z
    .array(
      z.strictObject({
        at: z.string().describe('JSON pointer into the OpenAPI document.'),
        effect: z
          .string()
          .describe('`left out`: an operation is not offered; `noted`: it is, without this.'),
        problem: z.string(),
      }),
    )
    .describe('What the OpenAPI document of an API describes and is not offered, or not so.'),
  refused: z
    .array(z.strictObject({ name: z.string(), problem: z.string() }))
    .describe('Definitions that were not taken in.'),
  isMost: z.boolean().describe('More than half of what people have classified is held or gone.'),
  wrongConditions,
})

export const versionsAnswer = z.strictObject({
  plane: z.string(),
  server: z.string(),
  versions: z.array(
    z.strictObject({
      kind: z.enum(capabilityKinds),
      name: z.string(),
      version: z.int(),
      fingerprint: z.string(),
      at: at.optional(),
      by: z.string(),
      revision: z.int(),
      changed: z.int().describe('Fields that differ from the version before.'),
    }),
  ),
  diff: z.strictObject({ from: z.int(), to: z.int(), changes: z.array(fieldChange) }).optional(),
})

export const catalogueItem = z.strictObject({
  name: z.string(),
  ...saidFields,
  gateway: z.string(),
  capabilities: z.array(
    z.strictObject({
      kind: z.enum(capabilityKinds),
      name: z.string(),
      title: z.string(),
      class: z.enum(capabilityClasses),
      scopes: z.array(z.string()),
      labels: z.array(z.string()),
    }),
  ),
})

const suspensionFields = {
  kind: z.enum(suspensionKinds),
  name: z.string().describe("A capability's is SERVER/KIND/NAME."),
  at,
  by: z.string(),
  reason: z.string(),
  revision: z.int(),
}
export const suspensionRow = z.strictObject({ plane: z.string(), ...suspensionFields })

export const planeStatus = z.strictObject({
  plane: z.string(),
  gateway: z.string(),
  agents: z.int(),
  consumers: z.int(),
  grants: z.int(),
  quotas: z.int(),
  suspensions: z.strictObject({
    count: z.int(),
    newest: z.strictObject(suspensionFields).optional(),
  }),
  ledger: z
    .enum(['open', 'over budget', 'failing', 'refused'])
    .describe('Whether calls can be recorded; refused: it is not the one that was signed.'),
  tree: z.strictObject({
    size: z.int().describe('Entries in the tree.'),
    checkpoint: z
      .strictObject({ size: z.int(), at })
      .optional()
      .describe('The newest; absent where nothing has been signed.'),
    problem: z.string().optional().describe('Why the ledger is refused.'),
    unpublished: z.string().optional().describe('Why the newest could not be published.'),
  }),
  verified: z
    .strictObject({
      at: at.describe('When it ended, UTC milliseconds.'),
      by: z.string().describe('Who asked for it.'),
      entries: z.int().describe('Looked at, from the first one on.'),
      ofEntries: z.int().describe('Of how many.'),
      checkpoints: z.int().describe('Looked at.'),
      ofCheckpoints: z.int().describe('Of how many.'),
      firstAt: at.optional().describe('When the first checkpoint was signed, UTC milliseconds.'),
      lastAt: at.optional().describe('When the last one was.'),
      count: z.int().describe('Things that are wrong.'),
      problem: z.string().optional().describe('What is wrong first; absent where all matches.'),
    })
    .optional()
    .describe('The newest verification of the whole ledger, by whichever process.'),
  followers: z
    .array(
      z.strictObject({
        name: z.string(),
        state: z.enum(['following', 'elsewhere', 'failing']),
        cursor: z.int().describe('The last position that it has taken.'),
        behind: z.int().describe('Entries that it has not taken yet.'),
        problem: z.string().describe('Why it fails; empty where it does not.'),
      }),
    )
    .describe("What reads on in the plane's ledger, as far as the process that answers knows."),
  wrongConditions,
  servers: z.array(serverStatus),
})
export const member = z.strictObject({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  address: z.string().describe('Where it serves; empty until it has said so.'),
  revision: z.int().describe('0 until it has said so.'),
  startedAt: at,
  seenAt: at,
  alive: z.boolean().describe('Seen within the last ten seconds, and has not left.'),
  left: z.boolean().describe('It stopped in order.'),
})

export const status = z.looseObject({
  version: z.string(),
  origin: z.string(),
  startedAt: at,
  program: z.string().describe('What is typed on that machine to run it, for administrators.'),
  ready: z.boolean(),
  because: z.array(z.string()),
  revision: z.int(),
  members: z
    .array(member.extend({ behind: z.boolean(), missed: z.boolean() }))
    .describe('Processes that share the store, for administrators.'),
  planes: z.array(planeStatus),
})

export const agentRow = z.strictObject({
  plane: z.string(),
  agent: z.string(),
  consumers: z.array(z.string()),
  owner: z.string(),
  authenticates: z.enum(['secret', 'key', 'issuer', 'operator']),
  grants: z.int(),
})
export const apiKeyInfo = z.strictObject({
  plane: z.string(),
  client: z.string(),
  id: z.string().describe('What names the key, and opens nothing.'),
  label: z.string(),
  scopes: z.array(z.string()).describe('None of its own: what its grants imply.'),
  state: z.enum(['good', 'ended', 'revoked']),
  madeAt: at,
  madeBy: z.string(),
  endsAt: at,
})
export const credentialRow = z.strictObject({
  plane: z.string(),
  credential: z.string(),
  owner: z.string(),
  version: z.int().optional(),
  at: at.optional(),
  servers: z.array(z.string()),
})

const edit = z.strictObject({
  op: z.enum(['add', 'change', 'remove']),
  plane: z.string(),
  kind: z.string(),
  name: z.string(),
})
export const applied = z.strictObject({
  revision: z.int(),
  changes: z.array(edit),
  diff: z.string(),
  dryRun: z.boolean(),
})
export const appliedFiles = applied.extend({
  set: z.string().optional(),
  servers: z.array(
    z.strictObject({ plane: z.string(), server: z.string(), problem: z.string().optional() }),
  ),
})

export const revision = z.strictObject({
  revision: z.int(),
  at,
  by: z.string(),
  why: z.string(),
  set: z.string().optional(),
  summary: z.string(),
  planes: z.array(z.string()),
})
export const revisionWithDiff = revision.extend({
  changes: z.array(edit).describe('Of the documents that you may read; others are not shown.'),
  diff: z.string(),
})
