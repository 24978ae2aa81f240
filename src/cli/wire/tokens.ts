import type { TokenAnswer } from '#manager/agents.ts'

/** A token is renewed when less than this part of its life is left. */
const renewBefore = 0.2

export interface Tokens {
  /** A token that is good for a while. */
  current(): Promise<string>
  /** A new one, because this one was refused. */
  renewed(refused: string): Promise<string>
}

/** Keeps one agent's token fresh; many may ask at once, and one fetches. */
export const createTokens = (
  first: Pick<TokenAnswer, 'token' | 'expiresInS'>,
  fetch: () => Promise<Pick<TokenAnswer, 'token' | 'expiresInS'>>,
  now: () => number,
): Tokens => {
  let token = first.token
  let renewAt = now() + first.expiresInS * 1000 * (1 - renewBefore)
  let fetching: Promise<string> | undefined
  const renew = (): Promise<string> => {
    fetching ??= fetch()
      .then((fresh) => {
        token = fresh.token
        renewAt = now() + fresh.expiresInS * 1000 * (1 - renewBefore)
        return token
      })
      .finally(() => {
        fetching = undefined
      })
    return fetching
  }
  return {
    current: async () => (now() < renewAt ? token : await renew()),
    renewed: async (refused) => (refused === token ? await renew() : token),
  }
}
