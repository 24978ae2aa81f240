import type { IssuerDocument } from '#domain/documents.ts'
import { isObject } from '#lib/json.ts'
import type { KeySource } from '../foreign/key-source.ts'
import { prove, readToken } from '../foreign/read.ts'
import { checkRegistered, isWord } from '../foreign/registered.ts'
import type { TokenProblem } from '../identity.ts'

/** Who was signed out at their organisation: of one session, of all, or both said. */
export interface LoggedOut {
  readonly subject: string | undefined
  readonly session: string | undefined
  /** With the issuer it names the token: it is taken once. */
  readonly id: string
  readonly expiresAt: number
}

const event = 'http://schemas.openid.net/event/backchannel-logout'
/** It is sent when it is made; clocks of two houses aside, one that is older was kept for later. */
const longestMs = 10 * 60_000
const oldestMs = 5 * 60_000
/** What an ID token, an access token or a token bound to somebody's key has. */
const foreignToLogout = ['nonce', 'cnf', 'act', 'scope', 'client_id', 'auth_time', 'at_hash']

/** OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6, by the strict reading of any token of others. */
export async function readLogoutToken(
  text: string,
  about: { issuer: IssuerDocument; clientId: string; nowMs: number },
  keys: KeySource,
): Promise<LoggedOut | TokenProblem | 'events'> {
  const { issuer, clientId, nowMs } = about
  const token = readToken(text)
  if (typeof token === 'string') return token
  if (token.typ !== 'logout+jwt') return 'header'
  if (foreignToLogout.some((name) => Object.hasOwn(token.claims, name))) return 'claims'
  const proven = await prove(token, issuer, keys)
  if (typeof proven === 'string') return proven
  const { claims } = proven
  const { iss, sub, sid, events } = claims
  if (iss !== issuer.issuer) return 'issuer'
  if (sid !== undefined && !isWord(sid, 255)) return 'claims'
  // One of the two has to be there (§2.4): whom it is about.
  const named = { ...claims, sub: sub ?? sid ?? '' }
  const said = checkRegistered(named, { issuer: iss, nowMs, longestMs })
  if (typeof said === 'string') return said
  if (said.audience !== clientId) return 'audience'
  if (said.id === undefined || said.issuedAt === undefined) return 'claims'
  if (said.issuedAt < nowMs - oldestMs) return 'too old'
  if (!isObject(events) || Object.keys(events).join() !== event || !isObject(events[event]))
    return 'events'
  return {
    subject: sub === undefined ? undefined : said.subject,
    session: sid,
    ...{ id: said.id, expiresAt: said.expiresAt },
  }
}
