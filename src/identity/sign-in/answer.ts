import type { KoaContextWithOIDC } from 'oidc-provider'
import type { PlaneId } from '#domain/name.ts'
import type { Issue } from '../issue.ts'
import type { SignInClients } from './clients.ts'
import { scopesIn } from './configuration.ts'

/**
 * What the library would answer to a code or a refresh token, with a token of ours in place of its
 * own, which nothing here takes. It has checked everything by then: client, PKCE, redirect, that the
 * code was not used, person and consent. Where this fails, no token leaves.
 */
export const createAnswer =
  (parts: { plane: PlaneId; clients: SignInClients; issue: Issue }) =>
  async (ctx: KoaContextWithOIDC): Promise<void> => {
    const { plane, clients, issue } = parts
    const { AccessToken: granted, AuthorizationCode, RefreshToken, Client } = ctx.oidc.entities
    const source = AuthorizationCode ?? RefreshToken
    const answered = ctx.body
    ctx.body = undefined
    const found = Client && (await clients.find(plane, Client.clientId))
    const scopes = scopesIn(granted?.scope)
    if (!granted || !source || !found || !scopes) throw new Error('a token for nobody')
    const { token, expiresInS } = await issue(plane, {
      client: found.client,
      resource: String(granted.aud),
      scopes,
      user: granted.accountId,
      acr: source.acr,
      signedInAt: source.authTime === undefined ? undefined : source.authTime * 1000,
    })
    const refresh = (answered as { refresh_token?: string }).refresh_token
    ctx.body = {
      access_token: token,
      token_type: 'Bearer',
      expires_in: expiresInS,
      ...(scopes.length > 0 && { scope: scopes.join(' ') }),
      ...(refresh !== undefined && { refresh_token: refresh }),
    }
  }
