import type { KoaContextWithOIDC } from 'oidc-provider'
import type { PlaneId } from '#domain/name.ts'
import type { ClientView } from './identity.ts'
import type { OwnTokens } from './own-tokens.ts'
import type { SignInClients } from './sign-in/clients.ts'

export type Answering = Pick<KoaContextWithOIDC, 'body' | 'status'> &
  Partial<Pick<KoaContextWithOIDC, 'oidc'>>

/** Answers about access tokens, of which the library has stored none (RFC 7009, RFC 7662). */
export const createOwnAnswer = (parts: {
  plane: PlaneId
  view: ClientView
  clients: SignInClients
  ownTokens: OwnTokens
  failed(error: unknown): void
}) => {
  const { plane, view } = parts
  /** Also of a program that describes or registered itself. */
  const clientOf = async ({ clientId: id }: { readonly clientId: string }) =>
    view.resolveClient(plane, id) ?? (await parts.clients.find(plane, id))?.client

  /**
   * The library reads the request, authenticates the client, and then refuses every JWT as a token that
   * it has not stored: at that refusal, and at no other, it is ours to answer about our own.
   */
  return async (ctx: Answering): Promise<void> => {
    // Where no route was found, there is none.
    const { client: registered, params, route } = ctx.oidc ?? {}
    const { error } = (ctx.body ?? {}) as { error?: string }
    if (error !== 'unsupported_token_type' || registered === undefined) return
    const client = await clientOf(registered)
    const token = String(params?.token)
    ctx.status = 200
    if (route === 'introspection') {
      // RFC 7662 §2.1: whoever asks about tokens has authenticated.
      if (registered.clientAuthMethod === 'none') {
        ctx.status = 401
        ctx.body = { error: 'invalid_client', error_description: 'the client has to authenticate' }
        return
      }
      ctx.body = client ? parts.ownTokens.introspect(plane, client, token) : { active: false }
      return
    }
    try {
      if (client) await parts.ownTokens.revoke(plane, client, token)
      ctx.body = ''
    } catch (error) {
      // RFC 7009 §2.2.1: it is still taken, and whoever wants it gone has to ask again.
      parts.failed(error)
      ctx.status = 503
      ctx.body = { error: 'temporarily_unavailable', error_description: 'try again' }
    }
  }
}
