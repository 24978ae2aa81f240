import { createHash } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import { managerId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { postWithin } from '#lib/within.ts'
import type { SignInRows } from '#store/store.ts'
import type { ClientView } from '../identity.ts'
import { titleOf } from '../organisation/pages.ts'
import { issuerOf } from '../resources.ts'
import { digestOf } from '../sign-in/adapter.ts'
import { interactionS } from '../sign-in/configuration.ts'
import { cookieIn } from '../sign-in/cookie.ts'
import type { PeopleView } from '../sign-in/people-view.ts'
import { consoleBack, consoleId } from './clients.ts'

/** The console's sign-in at the Manager's issuer, as the edge that answers browsers drives it. */
export interface ConsoleSignIn {
  /** What a stranger may choose from: it says what there is, and of nobody whether they are known. */
  ways(): Promise<WaysAtConsole>
  /**
   * Where the browser is sent, and the cookie by which it is known again. `to`: the page that the person
   * wanted; whatever is no page of the console is dropped. `way`: the organisation to go on to at once.
   */
  begin(about: { readonly to: string | undefined; readonly way: string | undefined }): {
    readonly location: string
    readonly cookie: string
  }
  /** What came of it, in the browser that began it. A code is redeemed here and nowhere else. */
  finish(request: IncomingMessage): Promise<ConsoleFinished>
}

export interface WaysAtConsole {
  /** Whether anybody has a passkey. */
  readonly passkey: boolean
  readonly organisations: readonly { readonly name: string; readonly title: string }[]
}

/**
 * `denied`: the person said no. `over`: it took too long, was used, was begun elsewhere, or its person is
 * let in no more. `unknown`: what their organisation says makes them one of no team. `refused`: it did not
 * sign them in. `later`: nothing can be recorded now, or too much goes on.
 */
export type ConsoleProblem = 'denied' | 'over' | 'unknown' | 'refused' | 'later'

export type ConsoleFinished = {
  readonly to: string | undefined
  /** Takes the place of the one of `begin`; undefined where there is none. */
  readonly cookie: string | undefined
} & (
  | { readonly session: { readonly token: string; readonly endsAt: number } }
  | { readonly failed: ConsoleProblem }
)

const longestTo = 2000

/**
 * A page of the console in that origin, as a path with its query; undefined for anything else, so that
 * no link leads on to somewhere else by way of a sign-in.
 */
export const pageOfConsole = (written: string, origin: string): string | undefined => {
  if (written.length > longestTo || !/^\/[mp](?:[/?]|$)/.test(written)) return undefined
  // As a browser reads it: backslashes, dots and control characters are no way around (URL Standard §4.4).
  const url = URL.parse(written, origin)
  if (url?.origin !== origin || !/^\/[mp](?:\/|$)/.test(url.pathname)) return undefined
  return url.pathname === consoleBack ? undefined : `${url.pathname}${url.search}`
}

/**
 * What is known of a sign-in under way stands in the browser that began it, in a cookie that no script
 * reads and no other site's request brings along but by going to our page; `state` and the PKCE verifier
 * follow from it. So a code or a state that somebody else sends is worth nothing here, whichever process
 * answers, and nothing is kept of those that nobody finishes.
 */
export const createConsoleSignIn = (parts: {
  origin: string
  people: PeopleView
  view: Pick<ClientView, 'atManager'>
  rows: SignInRows
  /** Of the issuer, as programs ask it. */
  token: RequestListener
  /** By which this process proves to itself that it is the console. */
  secret: string
  clock: Clock
  random: Random
}): ConsoleSignIn => {
  const { origin, people, rows, clock } = parts
  const isSecure = origin.startsWith('https:')
  const issuer = issuerOf(origin, managerId)
  const nameOf = (state: string): string =>
    `${isSecure ? '__Host-' : ''}bailiwick-begun-${digestOf(state).slice(0, 12)}`
  // `__Host-` wants the root; without it the cookie goes to the one address that takes it.
  const cookieOf = (state: string, value: string, forS: number): string =>
    `${nameOf(state)}=${value}; Path=${isSecure ? '/; Secure' : consoleBack}; HttpOnly; SameSite=Lax; Max-Age=${forS}`

  /** What this browser began with that state. */
  const begunIn = (request: IncomingMessage, state: string) => {
    const held = state === '' ? undefined : cookieIn(request, nameOf(state))
    const [, secret = '', encoded = ''] =
      /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]*)$/.exec(held ?? '') ?? []
    if (secret === '' || stateOf(secret) !== state) return undefined
    const to = pageOfConsole(Buffer.from(encoded, 'base64url').toString(), origin)
    return { verifier: verifierOf(secret), to }
  }

  const redeem = async (code: string, verifier: string) => {
    const proof = Buffer.from(`${consoleId}:${parts.secret}`).toString('base64')
    const { status, text } = await postWithin(parts.token, {
      path: '/oauth/manager/token',
      headers: { authorization: `Basic ${proof}` },
      form: {
        ...{ grant_type: 'authorization_code', code, code_verifier: verifier },
        redirect_uri: origin + consoleBack,
      },
    })
    if (status !== 200) return { failed: status === 400 ? ('over' as const) : ('later' as const) }
    const { access_token: token, expires_in: forS } = JSON.parse(text)
    return { session: { token: String(token), endsAt: clock.now() + Number(forS) * 1000 } }
  }

  /** Who signs out of the console is signed out: nothing of this browser stays at the issuer. */
  const leaveIssuer = async (request: IncomingMessage): Promise<void> => {
    const session = cookieIn(request, `${isSecure ? '__Host-' : ''}bailiwick-${managerId}`)
    if (session !== undefined) await rows.remove('Session', digestOf(session))
  }

  return {
    async ways() {
      const { passkeys } = people
      return {
        passkey: passkeys.isPossible && (await passkeys.offered()),
        organisations: parts.view
          .atManager()
          .map(({ issuer }) => ({ name: issuer.name, title: titleOf(issuer) })),
      }
    },

    begin({ to = '', way }) {
      const secret = parts.random(32).toString('base64url')
      const page = Buffer.from(pageOfConsole(to, origin) ?? '').toString('base64url')
      const state = stateOf(secret)
      const asked = {
        ...{ response_type: 'code', client_id: consoleId, redirect_uri: origin + consoleBack },
        ...{ state, code_challenge: sha256(verifierOf(secret)), code_challenge_method: 'S256' },
        ...(way !== undefined && { way }),
      }
      return {
        location: `/oauth/manager/authorize?${new URLSearchParams(asked)}`,
        cookie: cookieOf(state, `${secret}.${page}`, interactionS),
      }
    },

    async finish(request) {
      const query = new URL(request.url ?? '', origin).searchParams
      const only = (name: string): string => {
        const [first = '', another] = query.getAll(name)
        return another === undefined ? first : ''
      }
      const state = only('state')
      const begun = begunIn(request, state)
      // RFC 9207 §2.4: an answer of another issuer is none.
      if (!begun || only('iss') !== issuer)
        return { to: undefined, cookie: undefined, failed: 'over' }
      const { to, verifier } = begun
      const about = { to, cookie: cookieOf(state, '', 0) }
      if (query.has('error'))
        return { ...about, failed: problemIn(only('error'), only('error_description')) }
      const redeemed = await redeem(only('code'), verifier)
      if ('session' in redeemed) await leaveIssuer(request)
      return { ...about, ...redeemed }
    },
  }
}

const problemIn = (error: string, description: string): ConsoleProblem => {
  if (error !== 'access_denied') return 'later'
  return description === 'unknown' || description === 'refused' ? description : 'denied'
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')
const stateOf = (secret: string): string => sha256(`state ${secret}`)
const verifierOf = (secret: string): string => sha256(`verifier ${secret}`)
