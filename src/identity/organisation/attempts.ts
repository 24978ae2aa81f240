import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Clock, Random } from '#lib/clock.ts'
import type { SignInRows } from '#store/store.ts'
import { digestOf } from '../sign-in/adapter.ts'
import { interactionS } from '../sign-in/configuration.ts'
import { cookieIn } from '../sign-in/cookie.ts'

/** A sign-in at an organisation that has begun. */
export interface Attempt {
  /** Of the sign-in at our issuer that it belongs to. */
  readonly uid: string
  /** Name of the Issuer, and its `iss` at that moment. */
  readonly issuer: string
  readonly iss: string
  readonly nonce: string
  readonly verifier: string
  readonly maxAgeS: number
  /** Whether the program is told what failed there, and not the person on a page of ours. */
  readonly isTold: boolean
  /** When the browser was sent away, UTC milliseconds. */
  readonly at: number
}

/** What came of it, waiting for the browser to go on. */
export type Arrival = Arrived | { readonly failed: ArrivalProblem }

export interface Arrived {
  readonly person: string
  readonly iss: string
  readonly signedInAtS: number
  readonly acr: string | undefined
}

/** `unknown`: what it says of the person makes them one of no team here. `refused`: it did not sign them in. */
export type ArrivalProblem = 'unknown' | 'refused'

const attempt = 'Attempt'
const arrival = 'Arrival'

/**
 * A state is good once, for ten minutes, in the browser that it was made for: a cookie holds what only
 * that browser has, one for each sign-in, so that several go on side by side. What is kept of state and
 * cookie are their SHA-256.
 */
export const createAttempts = (parts: {
  rows: SignInRows
  isSecure: boolean
  clock: Clock
  random: Random
}) => {
  const { rows, isSecure, clock, random } = parts
  const cookieName = (state: string): string =>
    `${isSecure ? '__Secure-' : ''}bailiwick-back-${digestOf(state).slice(0, 12)}`
  const cookie = (state: string, value: string, path: string, forS: number): string =>
    `${cookieName(state)}=${value}; Path=${path}; Max-Age=${forS}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  const put = (kind: string, digest: string, payload: object, person?: string) =>
    rows.put({
      ...{ kind, digest, family: undefined, uid: undefined, person },
      payload: JSON.stringify(payload),
      endsAt: clock.now() + interactionS * 1000,
    })
  /** Once, over all processes. */
  const take = async (kind: string, digest: string): Promise<object | undefined> => {
    const row = await rows.find(kind, digest)
    if (!row || row.endsAt <= clock.now()) return undefined
    const isFirst = await rows.use(kind, digest, clock.now())
    await rows.remove(kind, digest)
    return isFirst ? JSON.parse(row.payload) : undefined
  }

  return {
    /** `setCookie` goes with the answer that sends the browser away. */
    async begin(made: Attempt, state: string, path: string): Promise<string> {
      const browser = random(32).toString('base64url')
      await put(attempt, digestOf(state), { ...made, browser: sha256(browser) })
      return cookie(state, browser, path, interactionS)
    },
    /** What this browser began with that state; it is used up then. */
    async take(state: string, request: IncomingMessage): Promise<Attempt | undefined> {
      const row = await rows.find(attempt, digestOf(state))
      const held = cookieIn(request, cookieName(state))
      if (!row || held === undefined) return undefined
      const { browser } = JSON.parse(row.payload) as { browser: string }
      if (!timingSafeEqual(Buffer.from(browser), Buffer.from(sha256(held)))) return undefined
      return (await take(attempt, digestOf(state))) as Attempt | undefined
    },
    /** A cookie that takes the place of the one of `begin`. */
    over: (state: string, path: string): string => cookie(state, '', path, 0),
    arrive: (uid: string, made: Arrival) =>
      put(arrival, digestOf(uid), made, 'failed' in made ? undefined : made.person),
    arrived: (uid: string) => take(arrival, digestOf(uid)) as Promise<Arrival | undefined>,
  }
}
export type Attempts = ReturnType<typeof createAttempts>

const sha256 = (text: string): string => hash('sha256', text, 'hex')
