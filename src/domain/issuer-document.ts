import { z } from 'zod'
import { claimPath } from './claim-path.ts'
import { duration, durationMs, head, inPlane, name, owner, text, title } from './fields.ts'
import { organisationSignIn } from './organisation-document.ts'

/** How tokens of others may be signed. No symmetric algorithm, and not `none`, is ever among them. */
export const foreignAlgorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const
export type ForeignAlgorithm = (typeof foreignAlgorithms)[number]

/** What is taken where an Issuer names no algorithms. */
export const usualAlgorithms: readonly ForeignAlgorithm[] = ['RS256', 'ES256']

/** Keys that come over a plain connection are whoever's who sits on the way: only the machine itself has none. */
const isGuarded = (url: string): boolean => {
  const { protocol, hostname, username, password } = new URL(url)
  const isHere = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
  return username === '' && password === '' && (protocol === 'https:' || isHere)
}

const address = z
  .url({ protocol: /^https?$/ })
  .max(512)
  .refine(isGuarded, 'must be an https address without a password (http on this machine alone)')

/** RFC 8414 §2: an address without query and fragment; SPIFFE names a trust domain by another scheme. */
const issuerName = text(512).refine(
  (written) => /^[a-z][a-z0-9+.-]*:\/\/[\x21-\x7e]+$/i.test(written) && !/[?#]/.test(written),
  'must be the issuer as its tokens write it, such as https://login.example.com, without query or fragment',
)

/** Where a name of ours comes from: the same in each token, or what a claim says. */
const mapped = (what: string) =>
  z
    .union([
      z.strictObject({ is: name.describe(`The ${what}, whatever the token says.`) }),
      z.strictObject({
        claim: claimPath,
        names: z
          .record(text(255), name)
          .refine((all) => Object.keys(all).length <= 1000, 'has more than 1000 names')
          .optional()
          .describe(
            `Which ${what} each value of the claim is; no other value is taken. Default: the value is its name.`,
          ),
      }),
    ])
    .describe(`How the ${what} is told.`)

const longestLife = duration
  .refine((written) => durationMs(written) <= 86_400_000, 'must be at most 24h')
  .optional()
  .describe('A token that is made to live longer is refused. Default 1h, at most 24h.')

const audience = text(512).regex(/^[\x21-\x7e]+$/, 'must be without spaces')

/** What the claims of an access token make of whoever sends it. */
const accessTokens = z
  .strictObject({
    type: z
      .enum(['at+jwt', 'JWT'])
      .optional()
      .describe(
        'The `typ` of its access tokens. Default at+jwt (RFC 9068); JWT for an issuer that writes no other, of which what looks like an ID token is refused.',
      ),
    audience: audience
      .optional()
      .describe(
        "What its tokens for this plane's MCP endpoint say as `aud`, for an issuer that cannot say the endpoint's own address. Default: the address.",
      ),
    longestLife,
    agent: mapped('agent'),
    consumer: mapped('consumer')
      .optional()
      .describe(
        'Default: the one that the agent acts for; of an agent with several none is taken.',
      ),
    user: z
      .strictObject({ claim: claimPath })
      .optional()
      .describe(
        'The person it acts for. A token without the claim is refused; where it says the same as the claim of the agent, the agent acts for nobody. Default: for nobody.',
      ),
    scopes: z
      .union([z.literal('implied'), z.strictObject({ claim: claimPath })])
      .optional()
      .describe(
        'The claim of the scopes, a text or a list; without it a token has none. `implied`: its scopes are about other things, and each token has what the grants imply. Default: scope.',
      ),
    claims: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be a name that a condition can say'),
        claimPath,
      )
      .refine((all) => Object.keys(all).length <= 32, 'has more than 32 claims')
      .optional()
      .describe(
        'What conditions see as caller.claims, by their name there. Of these the token alone tells: what the Agent says under the same name does not count.',
      ),
  })
  .describe('Its access tokens, taken at the endpoints as they are. Default: none is.')

export const issuerDocument = z
  .strictObject({
    ...head('Issuer'),
    ...inPlane,
    name,
    title,
    owner,
    issuer: issuerName.describe('`iss`, exactly as its tokens have it.'),
    keys: address
      .optional()
      .describe(
        'Where its keys are (RFC 7517). Default: where its metadata says, which is looked for below the issuer itself.',
      ),
    algorithms: z
      .array(z.enum(foreignAlgorithms))
      .min(1)
      .refine((all) => new Set(all).size === all.length, 'names an algorithm twice')
      .optional()
      .describe('How its tokens are signed; others are refused. Default RS256 and ES256.'),
    accessTokens: accessTokens.optional(),
    assertions: z
      .strictObject({
        audience: audience
          .optional()
          .describe(
            "What they say as `aud`, for an issuer that cannot say the address of the plane's own issuer. Default: that address.",
          ),
        longestLife,
      })
      .optional()
      .describe(
        'Tokens of workloads, which Agents that authenticate by this issuer and a subject trade for ours (RFC 7523).',
      ),
    grants: z
      .strictObject({
        user: z.strictObject({ claim: claimPath }).optional().describe('The person. Default: sub.'),
        scopes: z
          .literal('implied')
          .optional()
          .describe(
            'One without scopes grants what the grants imply. Default: one without scopes is refused.',
          ),
      })
      .optional()
      .describe(
        'Identity assertion grants (ID-JAG) for people, which clients that authenticate here trade for tokens on their behalf. Default: none is taken.',
      ),
    signIn: organisationSignIn.optional(),
  })
  .refine(({ issuer, keys }) => keys !== undefined || isMetadataHost(issuer), {
    error: 'is missing: metadata is looked for at https addresses alone (http on this machine)',
    path: ['keys'],
  })
  .refine(({ issuer, signIn }) => signIn === undefined || isMetadataHost(issuer), {
    error:
      'needs an issuer at an https address (http on this machine), where its metadata is looked for',
    path: ['signIn'],
  })
  .describe('Another issuer whose tokens are trusted, for what, and whom they mean.')

const isMetadataHost = (issuer: string): boolean =>
  /^https?:\/\//i.test(issuer) && URL.canParse(issuer) && isGuarded(issuer)

export type IssuerDocument = z.infer<typeof issuerDocument>
export type AccessTokens = z.infer<typeof accessTokens>
