import { z } from 'zod'
import {
  condition,
  head,
  inPlane,
  instant,
  name,
  names,
  oneOrMore,
  reason,
  scopeToken,
  text,
  title,
  until,
} from './fields.ts'
import { acrValue } from './requirement.ts'
import { selectors } from './selector.ts'

/** Who may do what: grants, the rules that no grant overrides, bounds on use, and sentences that must stay true. */
const most = z.int().min(1).max(1_000_000_000)
const bounds = z
  .strictObject({
    second: most.optional().describe('By the UTC clock.'),
    minute: most.optional().describe('By the UTC clock.'),
    day: most.optional().describe("In the plane's time zone."),
  })
  .refine((value) => Object.keys(value).length > 0, 'must bound a second, a minute or a day')

export const grantDocument = z
  .strictObject({
    ...head('Grant'),
    ...inPlane,
    name,
    agent: name.optional().describe('Whom it permits: an agent.'),
    group: name.optional().describe('Or every agent of an AgentGroup that acts for the consumer.'),
    consumer: name.describe('For whom the agent acts in the calls that it permits.'),
    allow: selectors.describe('What any of these selects is permitted.'),
    when: condition
      .optional()
      .describe('In CEL: it permits the calls of which this is true. An error is no permission.'),
    quota: bounds.optional().describe('How much it permits, counted for each agent apart.'),
    reason,
    until: until
      .optional()
      .describe(
        "When it ends: a day (the end of it in the plane's time zone) or an instant. An end in the past permits nothing.",
      ),
  })
  .refine(({ agent, group }) => (agent === undefined) !== (group === undefined), {
    error: 'must name an agent or a group, one of the two',
    path: ['agent'],
  })
  .describe('A permission: agent × consumer × capabilities, with a reason and an end.')

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const timeOfDay = z
  .string()
  .regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/, 'must be a time of day such as 08:30')

const ruleKinds = ['deny', 'require', 'within', 'consumers'] as const

export const ruleDocument = z
  .strictObject({
    ...head('Rule'),
    ...inPlane,
    name,
    title,
    over: selectors.describe('Calls of what any of these selects are under the rule.'),
    when: condition
      .optional()
      .describe('In CEL: the rule is about these of the calls alone. An error denies.'),
    deny: z.literal(true).optional().describe('Nobody may.'),
    require: condition
      .optional()
      .describe('In CEL: only calls of which this is true. An error denies.'),
    within: z
      .strictObject({
        days: z.array(z.enum(days)).min(1).optional().describe('Default: every day.'),
        from: timeOfDay.describe("In the plane's time zone."),
        to: timeOfDay.describe('Not included; before `from` it is of the next day.'),
      })
      .refine(({ from, to }) => from !== to, 'must begin and end at different times')
      .optional()
      .describe('Only at these times.'),
    consumers: names('a consumer').optional().describe('Only for these consumers.'),
    otherwise: z
      .union([
        z.literal('deny'),
        z.strictObject({
          challenge: z.union([
            z.strictObject({
              scope: oneOrMore(scopeToken).describe(
                'What a caller that can obtain it is told to ask for; who cannot is denied.',
              ),
            }),
            z.strictObject({
              acr: oneOrMore(acrValue).describe(
                'How strongly the user is asked to sign in: one of these. Whoever acts for nobody is denied.',
              ),
            }),
          ]),
        }),
      ])
      .optional()
      .describe('What a call meets that does not fulfil `require`. Default deny.'),
    reason: text(1000).optional().describe('Why, for whoever reviews it.'),
  })
  .superRefine((rule, context) => {
    const said = ruleKinds.filter((kind) => rule[kind] !== undefined)
    if (said.length !== 1) {
      const message = `must say one of ${ruleKinds.join(', ')}: write a Rule for each`
      context.addIssue({ code: 'custom', path: said.slice(1, 2), message })
    }
    if (rule.otherwise !== undefined && rule.require === undefined) {
      const message = 'belongs to `require` alone: the other rules deny'
      context.addIssue({ code: 'custom', path: ['otherwise'], message })
    }
  })
  .describe('A statement over capabilities that no grant overrides.')

export const quotaDocument = z
  .strictObject({
    ...head('Quota'),
    ...inPlane,
    name,
    over: selectors.describe('Calls of what any of these selects are counted.'),
    per: z.literal('agent').describe('Whose calls are counted together.'),
    allow: bounds,
  })
  .describe('A bound on use, in fixed windows that hold at once.')

export const expectations = ['permitted', 'denied', 'hidden'] as const

export const policyTestDocument = z
  .strictObject({
    ...head('PolicyTest'),
    ...inPlane,
    name,
    says: text(500).describe('The sentence that must stay true, for people.'),
    agents: names('an agent').optional().describe('Whose calls. Default: of all agents.'),
    group: name.optional().describe('Or those of an AgentGroup.'),
    consumers: names('a consumer')
      .optional()
      .describe('For whom they act. Default: each consumer that the agent acts for.'),
    over: selectors.describe('What they would call: each capability that any of these selects.'),
    args: z
      .record(z.string(), z.unknown())
      .refine(isJson, 'must be what JSON can say')
      .optional()
      .describe(
        'With which arguments. Default: whichever, so that what depends on them is not known.',
      ),
    at: instant.optional().describe('When. Default: now.'),
    expect: z
      .enum(expectations)
      .describe(
        '`permitted`: every one of these calls is. `denied`: none is. `hidden`: none of it is even listed.',
      ),
  })
  .describe(
    'A sentence about the policy that must stay true: a change that makes it false is refused.',
  )

/** YAML has numbers that JSON has not. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(isJson)
}
