import type { Configuration, interactionPolicy as Policies } from 'oidc-provider'
import { areScopes } from '../claims.ts'
import type { Asked } from './asked.ts'

/** Of a sign-in that nobody finishes, and how long a person stays signed in at the issuer. */
export const interactionS = 10 * 60
export const sessionS = 8 * 60 * 60
const codeS = 60
/** A refresh token that is not used, and everything that came of one consent. */
const refreshS = 7 * 24 * 60 * 60
export const familyS = 30 * 24 * 60 * 60

/**
 * How oidc-provider signs people in here: authorization code with PKCE by S256 alone, refresh tokens
 * that are good once, one resource. Nothing of a token is decided here.
 */
export const signInConfiguration = (parts: {
  plane: string
  isSecure: boolean
  nowS(): number
  asked: Asked
  policy: typeof Policies
}) => {
  const { plane, isSecure, nowS, asked } = parts
  return {
    responseTypes: ['code'],
    // A marker: the library issues nothing where no scope is granted, and reads max_age with it alone.
    scopes: ['openid'],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    routes: { authorization: '/authorize' },
    // The prefixes bind a cookie to https, to this host and (`__Host-`) to its root (RFC 6265bis §4.1.3).
    cookies: {
      names: {
        session: `${isSecure ? '__Host-' : ''}bailiwick-${plane}`,
        interaction: `${isSecure ? '__Secure-' : ''}bailiwick-sign-in`,
        resume: `${isSecure ? '__Secure-' : ''}bailiwick-resume`,
      },
      long: { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecure },
      short: { httpOnly: true, sameSite: 'lax', secure: isSecure },
    },
    interactions: {
      async url(ctx, { uid, prompt }) {
        const way = prompt.name === 'login' ? await asked.straightTo(ctx) : undefined
        return `/oauth/${plane}/sign-in/${uid}${way === undefined ? '' : `?way=${way}`}`
      },
      policy: policyOf(parts.policy, asked),
    },
    extraParams: ['way'],
    findAccount: (ctx, name) => asked.account(ctx, name),
    loadExistingGrant: (ctx) => asked.consent(ctx),
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // A refresh token outlives the browser's session: it has an end of its own.
    expiresWithSession: () => false,
    ttl: {
      AccessToken: 60,
      AuthorizationCode: codeS,
      Grant: familyS,
      IdToken: 60,
      Interaction: interactionS,
      // From when the refresh tokens of one consent began, so that no rotation moves the end.
      RefreshToken: (_, token) =>
        Math.max(1, Math.min(refreshS, Number(token.iiat ?? nowS()) + familyS - nowS())),
      Session: (_, session) =>
        session.loginTs === undefined
          ? interactionS
          : Math.max(1, session.loginTs + sessionS - nowS()),
    },
    resourceFeature: {
      enabled: true,
      defaultResource: (ctx) => asked.resource(ctx),
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource) => asked.resourceServer(ctx, resource),
    },
  } satisfies Partial<Configuration> & { resourceFeature: ResourceFeature }
}

type ResourceFeature = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>

/** The library's own prompts, and a sign-in anew for whoever has no account any more or is to sign in otherwise. */
const policyOf = ({ base, Check }: typeof Policies, asked: Asked) => {
  const promptIf = (needed: boolean) => (needed ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT)
  const policy = base()
  const checks = policy.get('login')?.checks
  checks?.add(
    new Check('no_account', 'the person has no account any more', ({ oidc }) =>
      promptIf(oidc.session?.accountId !== undefined && oidc.account === undefined),
    ),
  )
  // RFC 9470 §5: a browser's session answers no challenge that it does not meet. Once: what comes of
  // signing in anew is what the person can do, and for the endpoint to judge.
  checks?.add(
    new Check('acr_values', 'another way of signing in is asked for', ({ oidc }) =>
      promptIf(!oidc.result?.login && !meets(oidc.acr, oidc.params?.acr_values)),
    ),
  )
  checks?.add(
    new Check('anew', 'the person is asked each time', async (ctx) =>
      promptIf(await asked.isAnew(ctx)),
    ),
  )
  return policy
}

const meets = (acr: string | undefined, asked: unknown): boolean =>
  typeof asked !== 'string' || (acr !== undefined && asked.split(' ').includes(acr))

/** Scopes of a request without the library's marker; undefined where they are not well-formed. */
export const scopesIn = (scope: unknown): readonly string[] | undefined => {
  const all = typeof scope === 'string' ? scope.split(' ') : []
  const scopes = [...new Set(all)].filter((one) => !markers.has(one))
  return areScopes(scopes) ? scopes : undefined
}

/** OpenID Connect's own words: no ID token is issued here, and refresh tokens come without asking. */
const markers: ReadonlySet<string> = new Set(['', 'openid', 'offline_access'])
