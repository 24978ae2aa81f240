import type { Adapter } from 'oidc-provider'
import type { Jwks } from '#domain/jwk.ts'
import type { SignInMetadata } from './sign-in/clients.ts'

/** Of the request that the library is answering. */
export interface Asking {
  /** It authenticates by a signed assertion, and not by a secret. */
  readonly byAssertion: boolean
  /** It brings nothing to authenticate by, but for what it asks to be granted upon. */
  readonly byGrant: boolean
}

const writtenClient = /^[a-z][a-z0-9-]{0,23}(@[a-z][a-z0-9-]{0,23})?$/

/**
 * The library's view of clients: each name that could be one is, and authenticates by what the request
 * brings. Whether it may is decided where its secret or its assertion is checked, so that an unknown
 * client and a wrong credential take one path. A client that has no keys, or that does not exist, has
 * one whose private part nobody knows.
 */
export function createClients({
  placeholder,
  nobodysKeys,
  asking,
  keysOf,
  signsIn,
  grants,
}: {
  placeholder: string
  nobodysKeys: Jwks
  asking(): Asking
  keysOf(written: string): Jwks | undefined
  /** What makes it a client that people sign in for, where it is one. */
  signsIn(id: string): Promise<SignInMetadata | undefined>
  grants: readonly string[]
}): Adapter {
  return {
    ...nothingKept,
    async find(id) {
      const about = {
        client_id: writtenClient.test(id) ? id : '-',
        grant_types: [...grants],
        redirect_uris: [],
        response_types: [],
      }
      const { byAssertion, byGrant } = asking()
      if (byGrant) return { ...about, token_endpoint_auth_method: 'none' }
      const people = await signsIn(id)
      // Proven by nothing but PKCE, and so granted nothing but what a person agrees to.
      if (people?.token_endpoint_auth_method === 'none') return people
      const both = [...grants, ...(people?.grant_types ?? [])]
      const all = { ...about, ...people, grant_types: both }
      return byAssertion
        ? {
            ...all,
            token_endpoint_auth_method: 'private_key_jwt',
            jwks: keysOf(id) ?? nobodysKeys,
          }
        : { ...all, client_secret: placeholder }
    },
  }
}

/**
 * Where the library notes the id of an assertion that it has accepted: the one step that is atomic over
 * all processes. `note` throws where it was noted before.
 */
export const createNotes = (note: (id: string, forS: number) => Promise<void>): Adapter => ({
  ...nothingKept,
  find: async () => undefined,
  upsert: async (id, _, forS) => note(id, forS ?? 0),
})

const never = async () => {
  throw new Error('oidc-provider has nothing to store here')
}
const nothingKept: Adapter = {
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  upsert: never,
  consume: never,
  destroy: never,
  revokeByGrantId: never,
}
