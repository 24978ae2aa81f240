import { z } from 'zod'
import { claimPath } from './claim-path.ts'
import { duration, durationMs, name, scopeToken, text } from './fields.ts'

/** How people sign in by their organisation: what an Issuer says of it (OpenID Connect Core §3.1). */

/** Which claims make somebody one of a team: any of the values, as a text, a number or one of a list. */
const teamRule = z.strictObject({
  team: name.describe('A Team of the plane.'),
  claim: claimPath,
  values: z
    .array(z.union([text(255), z.boolean(), z.int()]))
    .min(1)
    .max(1000)
    .refine((all) => new Set(all).size === all.length, 'names a value twice')
    .describe('Any of them makes somebody one of the team, exactly as written.'),
})

export const organisationSignIn = z
  .strictObject({
    client: z
      .strictObject({
        id: text(255)
          .regex(/^[\x21-\x7e]+$/, 'must be without spaces')
          .describe('As which the organisation knows this gateway.'),
        credential: name
          .optional()
          .describe(
            "A Credential of the plane, whose secret it proves itself by. Default: the keys of the plane's issuer (private_key_jwt).",
          ),
      })
      .describe('What the organisation has registered for this gateway.'),
    scopes: z
      .array(scopeToken)
      .max(20)
      .refine((all) => new Set(all).size === all.length, 'names a scope twice')
      .optional()
      .describe('What is asked for beside `openid`, so that its ID tokens have the claims below.'),
    teams: z
      .array(teamRule)
      .min(1)
      .max(200)
      .describe(
        'Whose claims make them one of which team. Whoever is made one of none does not sign in.',
      ),
    title: claimPath
      .optional()
      .describe('What people are shown as beside their name. It decides nothing. Default: name.'),
    lasts: duration
      .refine((written) => durationMs(written) <= 7 * 86_400_000, 'must be at most 168h')
      .optional()
      .describe(
        'How long what the claims gave is believed after a sign-in; then the person signs in again. Default 12h, at most 168h.',
      ),
    manager: z
      .literal(true)
      .optional()
      .describe(
        "Whether they sign in at the Manager too, with what the plane's teams hold. Administrators of the installation alone write this. Default: no.",
      ),
  })
  .describe('People of the organisation sign in by it.')
export type OrganisationSignIn = z.infer<typeof organisationSignIn>
