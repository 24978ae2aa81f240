import { z } from 'zod'
import { capabilityKinds } from '#domain/capability.ts'
import { capabilityClasses } from '#domain/selector.ts'
import { callRow } from './call-answers.ts'

/** What the evaluator answers. Times are UTC milliseconds. */
const at = z.int().describe('UTC milliseconds.')

const explanation = z.strictObject({
  decision: z
    .enum(['permitted', 'denied', 'held', 'depends'])
    .describe('`depends`: on arguments that were not given.'),
  because: z.string(),
  considered: z.array(z.strictObject({ grant: z.string(), verdict: z.string() })),
  rules: z.array(z.strictObject({ rule: z.string(), verdict: z.string() })),
  quotas: z.array(z.string()),
  fallback: z.string().optional().describe('The redacted variant that may be called instead.'),
  wouldChange: z.string().optional().describe('Commands, one a line, or a document.'),
  inTheWay: z
    .strictObject({ kind: z.enum(['Grant', 'Rule']), name: z.string(), document: z.string() })
    .optional()
    .describe('What would have to say something else.'),
})
export const why = z.strictObject({
  plane: z.string(),
  record: callRow.omit({ plane: true }),
  entries: z.array(
    z.strictObject({ position: z.int(), entry: z.looseObject({ type: z.string() }) }),
  ),
  now: explanation.optional(),
  atItsTime: explanation
    .extend({ revision: z.int() })
    .optional()
    .describe('By the policy of its own time, where that was asked for.'),
})
export const can = explanation.extend({
  plane: z.string(),
  client: z.string(),
  server: z.string(),
  kind: z.enum(capabilityKinds),
  name: z.string(),
  at,
  revision: z.int().describe('Of the policy that was asked; of a draft, what it would be made on.'),
  as: z.enum(['now', 'then', 'draft']),
})

const tried = {
  client: z.string(),
  server: z.string(),
  kind: z.enum(capabilityKinds),
  name: z.string(),
}
export const policyTests = z.strictObject({
  tests: z.array(
    z.strictObject({
      name: z.string(),
      says: z.string(),
      holds: z.boolean(),
      tried: z.int().describe('Calls.'),
      but: z
        .array(z.strictObject({ ...tried, outcome: z.string(), because: z.string() }))
        .describe('The first of the calls that are not as it says.'),
      problem: z.string().optional(),
    }),
  ),
})

const moved = z.strictObject({
  calls: z.int(),
  groups: z
    .array(
      z.strictObject({
        ...tried,
        count: z.int(),
        now: z.string(),
        draft: z.string(),
        calls: z.array(z.string()).describe('Some of their ids.'),
      }),
    )
    .describe('By agent and capability, the most first.'),
  others: z.int().describe('Groups beyond those.'),
})
export const replayed = z.strictObject({
  plane: z.string(),
  since: at,
  looked: z.int().describe('Entries that were looked at.'),
  isWhole: z
    .boolean()
    .describe('False: there are more of that time, and the oldest were left out.'),
  calls: z.int(),
  newlyPermitted: moved,
  newlyDenied: moved,
  notKnown: z
    .strictObject({ 'not recorded': z.int(), 'not yours to read': z.int() })
    .describe('Calls for which arguments decide that nobody can tell.'),
})

const cell = z
  .enum(['none', 'denied', 'suspended', 'held', 'depends', 'permitted'])
  .describe(
    '`none`: no grant reaches it. `depends`: on the arguments. The first three are `denied` by `can`.',
  )
export const matrix = z.strictObject({
  plane: z.string(),
  at,
  revision: z.int().describe('Of the policy that was asked; of a draft, what it would be made on.'),
  as: z.enum(['now', 'then', 'draft']),
  columns: z.array(z.strictObject({ client: z.string(), agent: z.string(), consumer: z.string() })),
  rows: z.array(
    z.strictObject({
      server: z.string(),
      item: z.enum(['Server', 'API']),
      kind: z.enum(capabilityKinds),
      name: z.string(),
      title: z.string(),
      class: z.enum([...capabilityClasses, 'unclassified']),
      state: z.enum(['pinned', 'held', 'absent']),
      cells: z.array(cell).describe('In the order of the columns.'),
      now: z.array(cell).optional().describe('By what stands, where a draft was asked about.'),
    }),
  ),
  next: z.string().optional(),
})
export const seen = z.strictObject({
  plane: z.string(),
  client: z.string(),
  endpoint: z.string(),
  kind: z.enum(['tool', 'prompt', 'resource', 'template']),
  era: z.enum(['modern', 'legacy']),
  definitions: z
    .array(z.looseObject({}))
    .describe('As the agent is told of them, all pages one behind the other.'),
})
export const redrawn = z.strictObject({
  plane: z.string(),
  revision: z.int().describe('What it is made on: to be said to apply.'),
  files: z.array(z.strictObject({ name: z.string(), text: z.string() })),
  changes: z.array(
    z.strictObject({
      op: z.enum(['add', 'narrow', 'end']),
      name: z.string().describe('Of the grant.'),
      isFrozen: z
        .boolean()
        .describe('It selected by class, label or scope, and names what that selects today.'),
      before: z.string().optional().describe('YAML.'),
      after: z.string().describe('YAML.'),
    }),
  ),
  cannot: z
    .array(
      z.strictObject({
        client: z.string(),
        server: z.string(),
        kind: z.enum(capabilityKinds),
        name: z.string(),
        allow: z.boolean(),
        because: z.string(),
      }),
    )
    .describe('Cells that stay as they are, with what stands in the way.'),
})
