import { z } from 'zod'
import { capabilityKinds } from '#domain/capability.ts'
import { capabilityFields, serverStatusFields } from './answers.ts'

/** What is answered of capabilities over all items, of one whole, and of a server that was asked anew. */
export const capabilityList = z.strictObject({
  items: z.array(
    z.strictObject({
      ...capabilityFields,
      server: z.string(),
      item: z.enum(['Server', 'API']),
      owner: z.string().describe('Of the item.'),
      data: z.array(z.string()).describe('Data classes, of its item as well.'),
    }),
  ),
  next: z.string().optional(),
  total: z.int().describe('Of what was asked for, on all pages.'),
  facets: z
    .array(
      z.strictObject({
        field: z.enum(['server', 'kind', 'class', 'state', 'data']),
        values: z.array(z.strictObject({ value: z.string(), count: z.int() })),
      }),
    )
    .describe('Each counted without its own filter.'),
})
export const definition = z.strictObject({
  plane: z.string(),
  server: z.string(),
  kind: z.enum(capabilityKinds),
  name: z.string(),
  fingerprint: z.string(),
  definition: z.looseObject({}).describe('As it is pinned.'),
  observed: z
    .strictObject({ fingerprint: z.string(), definition: z.looseObject({}) })
    .optional()
    .describe('What the server tells now, where it is held.'),
})
export const refreshed = z.strictObject({
  plane: z.string(),
  problem: z.string().optional().describe('Why it did not tell what it offers.'),
  ...serverStatusFields,
})
