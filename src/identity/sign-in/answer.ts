import type { errors as Errors, KoaContextWithOIDC } from 'oidc-provider'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { SignInRow, SignInRows } from '#store/store.ts'
import { longestLifeS } from '../claims.ts'
import type { ToIssue } from '../issue.ts'
import { digestOf } from './adapter.ts'
import type { SignInClients } from './clients.ts'
import { scopesIn } from './configuration.ts'

export interface AnswerParts {
  readonly plane: PlaneId
  readonly clients: SignInClients
  readonly rows: SignInRows
  readonly clock: Clock
  /** Names the next token; whatever is issued bears it. */
  newTokenId(): string
  readonly errors: typeof Errors
  /** Issues to whoever sent this request, bound to the key that it proved; answers as RFC 6749 §5.1 says. */
  issued(ctx: KoaContextWithOIDC, asked: ToIssue): Promise<object>
}

/**
 * What the library would answer to a code or a refresh token, with a token of ours in place of its
 * own, which nothing here takes. It has checked everything by then: client, PKCE, redirect, that the
 * code was not used, person and consent. Where this fails, no token leaves.
 */
export const createAnswer =
  (parts: AnswerParts) =>
  async (ctx: KoaContextWithOIDC): Promise<void> => {
    const { plane, clients } = parts
    const { AccessToken: granted, AuthorizationCode, RefreshToken, Client } = ctx.oidc.entities
    const source = AuthorizationCode ?? RefreshToken
    const answered = ctx.body
    ctx.body = undefined
    const found = Client && (await clients.find(plane, Client.clientId))
    const scopes = scopesIn(granted?.scope)
    if (!granted || source?.grantId === undefined || !found || !scopes)
      throw new Error('a token for nobody')
    const id = await noteToken(parts, source.grantId, granted.accountId)
    const body = await parts.issued(ctx, {
      ...{ id, client: found.client, by: found.client, scopes },
      resource: String(granted.aud),
      user: granted.accountId,
      acr: source.acr,
      signedInAt: source.authTime === undefined ? undefined : source.authTime * 1000,
    })
    const refresh = (answered as { refresh_token?: string }).refresh_token
    ctx.body = { ...body, ...(refresh !== undefined && { refresh_token: refresh }) }
  }

const kind = 'IssuedToken'

/**
 * Written before there is a token: whoever ends what came of a consent finds its id and revokes it,
 * and a consent that has ended by now gives none.
 */
const noteToken = async (
  { rows, clock, errors, newTokenId }: AnswerParts,
  grantId: string,
  person: string,
): Promise<string> => {
  const tokenId = newTokenId()
  await rows.put({
    ...{ kind, digest: digestOf(tokenId), family: digestOf(grantId), uid: undefined, person },
    payload: JSON.stringify({ tokenId }),
    endsAt: clock.now() + longestLifeS * 1000,
  })
  if (!(await rows.find('Grant', digestOf(grantId))))
    throw new errors.InvalidGrant('what was agreed to has ended')
  return tokenId
}

/** Access tokens that were issued upon what these rows were. */
export const issuedIn = (
  rows: readonly SignInRow[],
): readonly {
  readonly id: string
  readonly person: string | undefined
  readonly expiresAt: number
}[] =>
  rows
    .filter((row) => row.kind === kind)
    .map(({ payload, person, endsAt }) => ({
      ...{ id: JSON.parse(payload).tokenId, person },
      expiresAt: endsAt,
    }))

/** Whether what a token was issued upon still stands. */
export const isNoted = async (rows: SignInRows, tokenId: string): Promise<boolean> =>
  (await rows.find(kind, digestOf(tokenId))) !== undefined
