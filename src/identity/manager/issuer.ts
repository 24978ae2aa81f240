import type { IncomingMessage, ServerResponse } from 'node:http'
import { managerId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { refuseHead, sendJson, serve } from '../answering.ts'
import { createTokenEndpoint, type TokenEndpoint, type TokenEndpointParts } from '../endpoint.ts'
import type { Issue } from '../issue.ts'
import type { createArrivals } from '../sign-in/arrivals.ts'
import { terminal } from './clients.ts'
import { managerMetadata } from './metadata.ts'
import { managerConsentPage } from './pages.ts'
import { createPasskeysPage } from './passkeys.ts'
import { createManagerView } from './view.ts'

type Replaced = 'plane' | 'clients' | 'issue' | 'enter' | 'place' | 'consentPage' | 'planesOf'

const below = '/oauth/manager'

/**
 * The Manager's issuer, for programs of our own: people sign in there in their browser, by their
 * organisation or by an account, and the program gets what a sign-in at the Manager's API gives, a token
 * of that API alone. It is made of the same parts as a plane's; only who may, and what is handed out,
 * are the Manager's. A sign-in is entered with the token that comes of it: without one it opens nothing.
 */
export const createManagerIssuer = (
  parts: Omit<TokenEndpointParts, Replaced> & { arrivals: ReturnType<typeof createArrivals> },
) => {
  const { origin, people, clock } = parts
  const view = createManagerView(parts)
  let made: Promise<TokenEndpoint> | undefined

  const issue: Issue = async (_, { user, acr }) => {
    const begun =
      user === undefined ? undefined : await people.begin({ person: user, label: 'terminal', acr })
    if (!begun) throw new Fault('unknown_name', { detail: 'nobody signs in by that' })
    return {
      token: begun.token,
      expiresInS: Math.max(1, Math.floor((begun.endsAt - clock.now()) / 1000)),
    }
  }

  const passkeys = createPasskeysPage(parts)

  const endpoint = (): Promise<TokenEndpoint> => {
    made ??= createTokenEndpoint({
      ...parts,
      ...{ plane: managerId, view, issue, place: 'the Manager', consentPage: managerConsentPage },
      people: { ...people, known: (name) => people.knownAtManager(name) },
      clients: { find: async (_, id) => (id === terminal.id ? terminal : undefined) },
      planesOf: view.planesOf,
      enter: async () => {},
    })
    made.catch(() => {
      made = undefined
    })
    return made
  }

  return {
    async handle(
      request: IncomingMessage,
      response: ServerResponse,
      address: string,
    ): Promise<boolean> {
      const [path = ''] = (request.url ?? '').split('?', 1)
      switch (path) {
        case `/.well-known/oauth-authorization-server${below}`:
        case `/.well-known/openid-configuration${below}`:
        case `${below}/.well-known/openid-configuration`:
          serve(request, response, managerMetadata(origin))
          return true
        case `${below}/token`:
          if (!refuseHead(request, response))
            await (await endpoint()).ask(request, response, 'token')
          return true
      }
      if (path === `${below}/passkeys`) {
        await passkeys({ request, response, address })
        return true
      }
      if (!/^\/oauth\/manager\/(?:authorize|sign-in|back|passkey\.js)(?:\/|$)/.test(path))
        return false
      const waitMs = parts.arrivals(path.slice(below.length), address)
      if (waitMs > 0) {
        const error = { error: 'temporarily_unavailable', error_description: 'too many at once' }
        sendJson(response, 429, error, { 'Retry-After': String(Math.ceil(waitMs / 1000)) })
        return true
      }
      return (await endpoint()).signIn({ request, response, address }, path.slice(below.length))
    },
  }
}
