import type { Adapter } from 'oidc-provider'
import type { Jwks } from '#domain/jwk.ts'

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
  grants,
}: {
  placeholder: string
  nobodysKeys: Jwks
  asking(): Asking
  keysOf(written: string): Jwks | undefined
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
      return byAssertion
        ? {
            ...about,
            token_endpoint_auth_method: 'private_key_jwt',
            jwks: keysOf(id) ?? nobodysKeys,
          }
        : { ...about, client_secret: placeholder }
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
export const nothingKept: Adapter = {
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  upsert: never,
  consume: never,
  destroy: never,
  revokeByGrantId: never,
}
