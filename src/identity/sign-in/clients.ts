import type { PlaneDocument } from '#domain/documents.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import { isOnOwnMachine } from '#domain/sign-in-documents.ts'
import type { SignInRows } from '#store/store.ts'
import type { ClientView } from '../identity.ts'
import type { DescribedClients } from './described.ts'
import type { RegisteredClients } from './registered.ts'

/** A program that people sign in for, and the agent × consumer that it is here. */
export interface SignInClient {
  /** As requests name it. */
  readonly id: string
  readonly client: ClientId
  /** Who says so: a document of the plane, the host of its metadata, or itself alone. */
  readonly from: 'document' | 'metadata' | 'registration'
  /** What it calls itself; of a document its title. */
  readonly title: string | undefined
  readonly redirects: readonly string[]
  /** Whether a sign-in gives one token and none to renew it by. */
  readonly isOnce?: true
  /**
   * The installation's own console: nobody is asked whether it may act for them, everybody is asked each
   * time who they are, and what failed is told there.
   */
  readonly isConsole?: true
}

export interface SignInClients {
  /** Undefined where nobody signs in for such a program; the same for what does not exist. */
  find(plane: PlaneId, id: string): Promise<SignInClient | undefined>
}

/**
 * One OAuth client is agent × consumer. A client of a document is that agent. One that describes or
 * registers itself is the agent that the plane names for all of those; where that agent does not act
 * for the consumer, or acts for several and none is named, it is nobody.
 */
export const createSignInClients = (parts: {
  view: ClientView
  described: DescribedClients
  registered: RegisteredClients
}): SignInClients => {
  const { view, described, registered } = parts

  const fromDocument = (plane: PlaneId, id: string): SignInClient | undefined => {
    const client = view.resolveClient(plane, id)
    const agent = client && view.findClient(plane, client)
    const redirects = agent?.signIn?.redirects
    if (client === undefined || !redirects) return undefined
    return { id, client, from: 'document', title: agent.title, redirects }
  }

  const fromElsewhere = async (plane: PlaneId, id: string): Promise<SignInClient | undefined> => {
    const clients = view.signIn(plane)?.clients
    const client = clients && clientOfOthers(view, plane, clients)
    if (!clients || client === undefined) return undefined
    if (id.startsWith('https://')) {
      const document = await described.find(id, clients.metadata ?? [])
      return document && { id, client, from: 'metadata', ...document }
    }
    const document = clients.register && (await registered.find(plane, id))
    return document && { id, client, from: 'registration', ...document }
  }

  return {
    find: async (plane, id) => fromDocument(plane, id) ?? (await fromElsewhere(plane, id)),
  }
}

type ClientsOfOthers = NonNullable<NonNullable<PlaneDocument['signIn']>['clients']>

export const clientOfOthers = (
  view: ClientView,
  plane: PlaneId,
  { agent, consumer }: ClientsOfOthers,
): ClientId | undefined =>
  view.resolveClient(plane, consumer === undefined ? agent : `${agent}@${consumer}`)

/** What people have agreed to for that client, whichever program of it asked: each a family of rows. */
export const familiesOf = async (
  rows: SignInRows,
  view: ClientView,
  plane: PlaneId,
  client: ClientId,
): Promise<readonly string[]> => {
  const others = view.signIn(plane)?.clients
  const ofOthers = others && clientOfOthers(view, plane, others)
  const grants = await rows.list('Grant')
  return grants
    .filter(({ payload }) => {
      const { clientId } = JSON.parse(payload) as { clientId: string }
      return (view.resolveClient(plane, clientId) ?? ofOthers) === client
    })
    .map(({ digest }) => digest)
}

/** Where a code might reach another program than was meant, it is asked each time (RFC 8252 §8.6). */
export const isRemembered = (redirect: string): boolean => !isOnOwnMachine(redirect)

/**
 * The same for oidc-provider. A program without a secret proves itself by PKCE alone, and so gets no
 * token but those that a person agrees to.
 */
export const asMetadata = (
  { id, redirects, isOnce, isConsole }: SignInClient,
  isPublic: boolean,
) => ({
  client_id: id,
  redirect_uris: [...redirects],
  response_types: ['code' as const],
  grant_types: ['authorization_code', ...(isOnce ? [] : ['refresh_token'])],
  // Of a native program the library takes any port of this machine: the console has one address alone.
  application_type:
    !isConsole && redirects.some(isOnOwnMachine) ? ('native' as const) : ('web' as const),
  ...(isPublic && { token_endpoint_auth_method: 'none' as const }),
})

export type SignInMetadata = ReturnType<typeof asMetadata>
