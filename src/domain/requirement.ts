import { z } from 'zod'
import { duration, oneOrMore } from './fields.ts'

/** What a plane or an item demands of how its callers are authenticated. */

/** `any` is either of the two. */
export const bindings = ['dpop', 'mtls', 'any'] as const
export type RequiredBinding = (typeof bindings)[number]

export const acrValue = z
  .string()
  .regex(
    /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/,
    'must be an authentication context class as tokens name it: visible ASCII, no spaces',
  )

export const requirement = z
  .strictObject({
    maxTokenAge: duration.optional().describe('No token that was issued longer ago is taken.'),
    binding: z
      .enum(bindings)
      .optional()
      .describe(
        'Only tokens that are bound to a key which the caller proves: dpop (RFC 9449), mtls (RFC 8705), or any of the two.',
      ),
    acr: oneOrMore(acrValue)
      .optional()
      .describe(
        'Only tokens whose user signed in so strongly: one of these, as the issuer names them. An agent that acts for nobody is refused.',
      ),
  })
  .refine((value) => Object.keys(value).length > 0, 'must require something')
export type Requirement = z.infer<typeof requirement>
