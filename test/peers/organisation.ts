import { type ChildProcess, fork } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Provider } from 'oidc-provider'
import { baseEnv, pathOf } from './program.ts'

/** What an organisation knows, as a test tells it. */
export interface Told {
  /** Who this gateway is to it. */
  readonly clients: readonly {
    readonly id: string
    readonly redirects: readonly string[]
    /** By a secret, or by these keys (private_key_jwt). */
    readonly secret?: string
    readonly jwks?: { readonly keys: readonly object[] }
    /** Where it says that somebody signed out (Back-Channel Logout 1.0). */
    readonly logout?: string
  }[]
  /** By subject, what it says of people. */
  readonly people: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Who sits at the browser, and when they proved who they are, seconds since 1970. */
  readonly who:
    | { readonly subject: string; readonly at?: number; readonly acr?: string }
    | undefined
  /** Counted up for other keys. */
  readonly keys: number
}

/**
 * The sign-in of an organisation with code that is not ours: oidc-provider in a process of its own.
 * Nobody has to type anything there: whoever comes is who the test says.
 */
export async function startOrganisation() {
  const child = fork(pathOf('test/peers/organisation.ts'), {
    env: baseEnv(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const issuer = await answerOf<string>(child)
  let told: Told = { clients: [], people: {}, who: undefined, keys: 1 }
  return {
    issuer,
    async tell(about: Partial<Told>): Promise<void> {
      told = { ...told, ...about }
      child.send(told)
      await answerOf(child)
    },
    async stop() {
      if (child.exitCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}
export type OrganisationPeer = Awaited<ReturnType<typeof startOrganisation>>

const answerOf = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the organisation ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (said) => {
      child.off('exit', ended)
      resolve(said as T)
    })
  })

async function serve(): Promise<void> {
  const { default: createProvider } = await import('oidc-provider')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let answer = (_: IncomingMessage, response: ServerResponse): void => void response.end()
  server.on('request', (request, response) => answer(request, response))
  const keys = new Map<number, object>()
  process.on('message', (told: Told) => {
    const key = keys.get(told.keys) ?? makeKey(told.keys)
    keys.set(told.keys, key)
    answer = answering(new createProvider(issuer, configured(told, key)), told)
    process.send?.('told')
  })
  process.on('disconnect', () => process.exit())
  process.send?.(issuer)
}

const makeKey = (number: number): object => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  ...{ kid: `organisation-${number}`, alg: 'RS256', use: 'sig' },
})

const configured = ({ clients, people }: Told, key: object) => ({
  jwks: { keys: [key as never] },
  clients: clients.map(({ id, redirects, secret, jwks, logout }) => ({
    client_id: id,
    redirect_uris: [...redirects],
    ...(secret !== undefined && { client_secret: secret }),
    ...(logout !== undefined && {
      backchannel_logout_uri: logout,
      backchannel_logout_session_required: true,
    }),
    ...(jwks !== undefined && {
      jwks: jwks as never,
      token_endpoint_auth_method: 'private_key_jwt' as const,
      token_endpoint_auth_signing_alg: 'ES256' as const,
    }),
  })),
  acrValues: ['urn:corp:two-factors'],
  // It refuses this machine's own addresses by its dispatcher; here there are no others.
  fetch: (url: string | URL | Request, { dispatcher: _, ...options }: RequestInit = {}) =>
    fetch(url, options),
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['name', 'email', 'groups'] },
  interactions: { url: (_: unknown, { uid }: { uid: string }) => `/here/${uid}` },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  findAccount: async (_: unknown, subject: string) =>
    subject in people
      ? { accountId: subject, claims: async () => ({ sub: subject, ...people[subject] }) }
      : undefined,
})

const answering =
  (provider: Provider, { who }: Told) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!request.url?.startsWith('/here/')) return void provider.callback()(request, response)
    const { prompt, params, session } = await provider.interactionDetails(request, response)
    if (!who) {
      const error = { error: 'access_denied', error_description: 'nobody is here' }
      return provider.interactionFinished(request, response, error)
    }
    const { subject, at, acr } = who
    const ts = at ?? Math.floor(Date.now() / 1000)
    if (prompt.name === 'login') {
      const login = { accountId: subject, ts, ...(acr !== undefined && { acr }) }
      return provider.interactionFinished(request, response, { login })
    }
    const grant = new provider.Grant({
      ...{ accountId: session?.accountId ?? subject, clientId: String(params.client_id) },
    })
    grant.addOIDCScope(String(params.scope))
    const consent = { grantId: await grant.save() }
    return provider.interactionFinished(
      request,
      response,
      { consent },
      { mergeWithLastSubmission: true },
    )
  }

if (process.argv[1] === pathOf('test/peers/organisation.ts')) await serve()
