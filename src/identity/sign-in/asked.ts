import type {
  Account,
  errors as Errors,
  Grant,
  KoaContextWithOIDC,
  ResourceServer,
} from 'oidc-provider'
import { namePattern, type PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { SignInRows } from '#store/store.ts'
import type { ClientView } from '../identity.ts'
import { planeResource } from '../resources.ts'
import { isRemembered, type SignInClient, type SignInClients } from './clients.ts'
import { scopesIn } from './configuration.ts'
import type { Known, PeopleView } from './people-view.ts'

export interface AskedParts {
  readonly origin: string
  readonly plane: PlaneId
  readonly view: ClientView
  readonly people: PeopleView
  readonly clients: SignInClients
  readonly rows: SignInRows
  readonly clock: Clock
  readonly errors: typeof Errors
}

/** What oidc-provider asks in the middle of its work, answered from policy, people and consents. */
export interface Asked {
  /** Undefined where the person has no account, or may not (any more) have this program act for them. */
  account(ctx: KoaContextWithOIDC, name: string): Promise<Account | undefined>
  /** What was just agreed to, or was agreed to before for this program, address, endpoint and scopes. */
  consent(ctx: KoaContextWithOIDC): Promise<Grant | undefined>
  /** Whether the person proves anew who they are, whatever the browser's session says. */
  isAnew(ctx: KoaContextWithOIDC): Promise<boolean>
  /** The name of the organisation that the browser is sent on to at once; undefined where the page asks. */
  straightTo(ctx: KoaContextWithOIDC): Promise<string | undefined>
  resource(ctx: KoaContextWithOIDC): string
  resourceServer(ctx: KoaContextWithOIDC, resource: string): ResourceServer
}

export const createAsked = (parts: AskedParts): Asked => {
  const { origin, plane, view, people, clients, rows, errors } = parts

  const remembered = async (
    { oidc }: KoaContextWithOIDC,
    { id, client }: SignInClient,
  ): Promise<Grant | undefined> => {
    const { redirect_uri: redirect, scope, resource } = oidc.params ?? {}
    const person = oidc.session?.accountId
    if (person === undefined || typeof redirect !== 'string' || !isRemembered(redirect))
      return undefined
    const known = await people.known(person, plane)
    if (!known || !mayActFor(view, plane, client, known)) return undefined
    const asked = {
      resource: String(resource ?? planeResource(origin, plane)),
      scopes: scopesIn(scope),
    }
    const agreed = await rows.findConsent({
      person,
      client: id,
      redirect,
      resource: asked.resource,
    })
    if (
      !agreed ||
      agreed.endsAt <= parts.clock.now() ||
      !asked.scopes ||
      !covers(agreed.scopes, asked.scopes)
    )
      return undefined
    return saveGrant(new oidc.provider.Grant({ accountId: person, clientId: id }), {
      resource: asked.resource,
      scopes: asked.scopes,
    })
  }

  const clientOf = async ({ oidc }: KoaContextWithOIDC): Promise<SignInClient | undefined> =>
    oidc.client && clients.find(plane, oidc.client.clientId)

  /** What comes of a sign-in at our own console: who has just proven who they are has asked for it. */
  const ours = async (
    { oidc }: KoaContextWithOIDC,
    { id, client }: SignInClient,
  ): Promise<Grant | undefined> => {
    const person = oidc.session?.accountId
    if (person === undefined || !oidc.result?.login) return undefined
    const known = await people.known(person, plane)
    if (!known || !mayActFor(view, plane, client, known)) return undefined
    return saveGrant(new oidc.provider.Grant({ accountId: person, clientId: id }), {
      resource: planeResource(origin, plane),
      scopes: [],
    })
  }

  return {
    async account(ctx, name) {
      const person = await people.known(name, plane)
      if (!person) return undefined
      const id = ctx.oidc.client?.clientId
      // At the token endpoint nobody is asked any more: whoever may not, ends here.
      if (ctx.oidc.route === 'token') {
        const found = id === undefined ? undefined : await clients.find(plane, id)
        if (!found || !mayActFor(view, plane, found.client, person)) return undefined
      }
      return { accountId: name, claims: async () => ({ sub: name }) }
    },
    async consent(ctx) {
      const { oidc } = ctx
      const now = oidc.result?.consent?.grantId
      if (now !== undefined) return oidc.provider.Grant.find(now)
      const found = await clientOf(ctx)
      if (found?.isConsole) return ours(ctx, found)
      return found && remembered(ctx, found)
    },
    async isAnew(ctx) {
      return !ctx.oidc.result?.login && (await clientOf(ctx))?.isConsole === true
    },
    async straightTo(ctx) {
      const { way } = ctx.oidc.params ?? {}
      // At the first question alone: where its answer did not do, the person chooses.
      const isFirst = ctx.oidc.result === undefined
      if (!isFirst || typeof way !== 'string' || !namePattern.test(way)) return undefined
      return (await clientOf(ctx))?.isConsole ? way : undefined
    },
    resource: () => planeResource(origin, plane),
    resourceServer({ oidc }, resource) {
      if (Array.isArray(oidc.params?.resource) || !view.isResource(plane, resource))
        throw new errors.InvalidTarget('resource must be one endpoint of this plane')
      const scopes = scopesIn(
        oidc.params?.scope ??
          oidc.entities.RefreshToken?.scope ??
          oidc.entities.AuthorizationCode?.scope,
      )
      if (!scopes) throw new errors.InvalidScope('scope is malformed or too long', '')
      // Whoever asks for a scope is given it; what it permits is for grants to say.
      return { scope: scopes.join(' '), audience: resource, accessTokenFormat: 'opaque' }
    },
  }
}

/** Whether this client may act for that person at all: neither is suspended, and its document lets them in. */
export const mayActFor = (
  view: ClientView,
  plane: PlaneId,
  client: SignInClient['client'],
  person: Known,
): boolean =>
  view.suspended(plane, client, person.name) === undefined && view.maySignIn(plane, client, person)

/** Everything, or some scopes: who agreed to the one has not agreed to more. */
const covers = (agreed: readonly string[], asked: readonly string[]): boolean =>
  agreed.length === 0 || (asked.length > 0 && asked.every((scope) => agreed.includes(scope)))

export const saveGrant = async (
  grant: Grant,
  { resource, scopes }: { resource: string; scopes: readonly string[] },
): Promise<Grant> => {
  grant.addOIDCScope('openid')
  if (scopes.length > 0) grant.addResourceScope(resource, scopes.join(' '))
  await grant.save()
  return grant
}
