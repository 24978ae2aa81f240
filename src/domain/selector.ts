import { z } from 'zod'
import { label, name, oneOrMore, resourceName, scopeToken, toolName } from './fields.ts'

export const capabilityClasses = ['read', 'write', 'destructive'] as const
export type CapabilityClass = (typeof capabilityClasses)[number]
export const capabilityClass = z.enum(capabilityClasses)

const ofServers = ['tools', 'prompts', 'resources'] as const

/** The one selector: its keys are ANDed, the values of a key are ORed; `labels` and `scopes` must all be there. */
export const selector = z
  .strictObject({
    server: oneOrMore(name).optional().describe('One server or several.'),
    api: oneOrMore(name).optional().describe('One API or several.'),
    tools: z.array(toolName).min(1).optional().describe('Names of tools.'),
    prompts: z.array(toolName).min(1).optional().describe('Names of prompts.'),
    resources: z
      .array(resourceName)
      .min(1)
      .optional()
      .describe('URIs or templates, as the server lists them.'),
    operations: z.array(toolName).min(1).optional().describe('Operation ids of an API.'),
    class: oneOrMore(capabilityClass).optional().describe('One class or several.'),
    labels: z
      .array(label)
      .min(1)
      .optional()
      .describe("All of them, of the capability's own and its item's, data classes included."),
    scopes: z.array(scopeToken).min(1).optional().describe('All of them.'),
  })
  .refine(
    (value) => Object.keys(value).length > 0,
    'must name something: an empty selector selects nothing',
  )
  .refine(
    (value) =>
      [value.tools, value.prompts, value.resources, value.operations].filter(Boolean).length <= 1,
    'may name tools, prompts, resources or operations, one of the four: write one selector for each',
  )
  .refine(
    (value) => value.server === undefined || value.api === undefined,
    'may name servers or APIs, one of the two: write one selector for each',
  )
  .refine(
    (value) => value.server === undefined || value.operations === undefined,
    'names operations of a server: operations are of an api',
  )
  .refine(
    (value) => value.api === undefined || ofServers.every((key) => value[key] === undefined),
    'names tools, prompts or resources of an API: what an api has are operations',
  )
export type Selector = z.infer<typeof selector>
export const selectors = z.array(selector).min(1)
