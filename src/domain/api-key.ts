import { z } from 'zod'
import { label, scopeToken, until, untilForm } from './fields.ts'

/** What is asked of an API key beside whose it is, in the API and in the terminal. */
export const apiKeyAsked = {
  until: z
    .string()
    .refine((written) => until.safeParse(written).success, untilForm)
    .describe('Its end: a day, in the plane’s time zone, or an instant with its offset.'),
  scopes: z
    .array(scopeToken)
    .max(64)
    .optional()
    .describe('No more than these. Default: what its grants imply.'),
  label: label.optional().describe('What it is for.'),
}
