import type { Answer } from '../../api/client.ts'

export type Grant = Answer<'get', '/api/v1/planes/{plane}/grants'>['items'][number]['document']

/** Those that name the item; what is granted by label or class alone names none. */
export const grantsOver = (grants: readonly Grant[], server: string): readonly Grant[] =>
  grants.filter(({ allow }) =>
    [allow].flat().some((one) => 'server' in one && one.server === server),
  )
