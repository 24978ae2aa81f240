import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { managerId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { createIds } from '#lib/id.ts'
import type { SignInRow } from '#store/store.ts'
import { refuseHead, sendJson, serve } from '../answering.ts'
import { createTokenEndpoint, type TokenEndpoint, type TokenEndpointParts } from '../endpoint.ts'
import type { Issue } from '../issue.ts'
import { isNoted, issuedIn } from '../sign-in/answer.ts'
import type { createArrivals } from '../sign-in/arrivals.ts'
import { acrsOf } from '../sign-in/passkey.ts'
import { consoleId, managerClients } from './clients.ts'
import { createConsoleSignIn } from './console.ts'
import { managerMetadata } from './metadata.ts'
import { managerConsentPage } from './pages.ts'
import { createPasskeysPage } from './passkeys.ts'
import { createManagerView } from './view.ts'

type Replaced =
  | 'plane'
  | 'clients'
  | 'issue'
  | 'enter'
  | 'place'
  | 'consentPage'
  | 'planesOf'
  | 'gone'
  | 'newTokenId'
  | 'secrets'

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
  const { origin, people, rows, clock } = parts
  const nextId = createIds(parts)
  const programs = managerClients(origin)
  const secret = parts.random(32).toString('base64url')
  const view = createManagerView(parts)
  let made: Promise<TokenEndpoint> | undefined

  const gone = async (ended: readonly SignInRow[]): Promise<void> => {
    for (const { id, person } of issuedIn(ended))
      if (person !== undefined) await people.end({ person, token: id })
  }

  const issue: Issue = async (_, { client, user: person, acr, id }) => {
    const program = programs.find((one) => one.client.client === client)
    if (person === undefined || id === undefined || !program) throw nobody()
    const begun = await people.begin({ person, label: program.label, acr, id })
    if (!begun) throw nobody()
    // Its code may have been used a second time in between, when there was no token yet to end.
    if (!(await isNoted(rows, id))) {
      await people.end({ person, token: id })
      throw nobody()
    }
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
      clients: { find: async (_, id) => programs.find(({ client }) => client.id === id)?.client },
      secrets: {
        check: async (_, written, shown) => written === consoleId && isSame(shown, secret),
      },
      planesOf: view.planesOf,
      enter: async () => {},
      gone,
      newTokenId: () => `tok_${nextId()}`,
    })
    made.catch(() => {
      made = undefined
    })
    return made
  }

  return {
    console: createConsoleSignIn({
      ...{ ...parts, secret },
      token: async (request, response) =>
        void (await (await endpoint()).ask(request, response, 'token')),
    }),

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
          serve(request, response, managerMetadata(origin, acrsOf(people.passkeys)))
          return true
        case `${below}/token`:
          if (request.headers.dpop !== undefined)
            sendJson(response, 400, unbound, { Connection: 'close' })
          else if (!refuseHead(request, response))
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

const isSame = (shown: string, expected: string): boolean => {
  const [one, other] = [Buffer.from(shown), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

const nobody = (): Fault => new Fault('unknown_name', { detail: 'nobody signs in by that' })

/** RFC 9449 §5: whoever sends a proof would take the token for one that is bound to their key. */
const unbound = {
  error: 'invalid_dpop_proof',
  error_description: 'tokens of the Manager are bound to no key: ask without a proof',
}
