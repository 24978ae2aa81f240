import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type * as Library from 'openid-client'
import { systemClock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Terminal } from './terminal.ts'

const patienceMs = 10 * 60_000

/**
 * Signs a person in at the Manager's issuer in their own browser (RFC 8252): the address is shown, and
 * the answer comes to a port of this computer, where whatever else arrives is turned away. Answers the
 * token of the Manager's API. It needs a browser here; elsewhere there is the password.
 */
export const signInByBrowser = async (terminal: Terminal, origin: string): Promise<string> => {
  const library = await import('openid-client')
  const configuration = await discover(library, origin)
  const [state, verifier] = [library.randomState(), library.randomPKCECodeVerifier()]
  const waiting = await listenHere(state)
  try {
    const address = library.buildAuthorizationUrl(configuration, {
      ...{ redirect_uri: waiting.redirect, state, code_challenge_method: 'S256' },
      code_challenge: await library.calculatePKCECodeChallenge(verifier),
    })
    terminal.warn(`Open this address in a browser on this computer:\n\n  ${address.href}\n`)
    const answer = await waiting.answer
    const checks = { expectedState: state, pkceCodeVerifier: verifier }
    const tokens = await library.authorizationCodeGrant(configuration, answer, checks)
    return tokens.access_token
  } catch (thrown) {
    throw thrown instanceof Fault ? thrown : refused(thrown)
  } finally {
    await waiting.close()
  }
}

const discover = async (
  library: typeof Library,
  origin: string,
): Promise<Library.Configuration> => {
  // The origin was found to be on this computer where it has no TLS.
  const execute = origin.startsWith('http:') ? [library.allowInsecureRequests] : []
  const about = { algorithm: 'oauth2' as const, execute }
  const issuer = new URL('/oauth/manager', origin)
  try {
    return await library.discovery(issuer, 'bailiwick', undefined, library.None(), about)
  } catch (cause) {
    throw new Fault('not_running', {
      detail: `${origin} has no sign-in for browsers, or could not be reached from here.`,
      cause,
    })
  }
}

/** Waits for the one request that brings our state. */
const listenHere = async (state: string) => {
  const { promise, resolve, reject } = Promise.withResolvers<URL>()
  // Whoever closes this before anybody waits is told by what closed it.
  promise.catch(() => {})
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1')
    const isOurs = url.pathname === '/back' && url.searchParams.get('state') === state
    const say = (status: number, text: string) =>
      response
        .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
        .end(text)
    if (request.method !== 'GET' || !isOurs) return void say(404, 'Nothing is here.\n')
    say(200, 'Go back to the terminal; this page can be closed.\n')
    resolve(new URL(`${url.pathname}${url.search}`, redirect))
  }).listen(0, '127.0.0.1')
  await new Promise<void>((listening) => server.once('listening', listening))
  const redirect = `http://127.0.0.1:${(server.address() as AddressInfo).port}/back`
  const cancel = systemClock.after(patienceMs, () =>
    reject(new Fault('bad_sign_in', { detail: 'Nobody signed in within ten minutes.' })),
  )
  return {
    redirect,
    answer: promise,
    close: () => {
      cancel()
      return new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}

/** What the issuer says by one of OAuth's words; nothing else of an answer is shown. */
const refused = (cause: unknown): Fault => {
  const { error } = cause as { error?: unknown }
  const word = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : undefined
  return new Fault('bad_sign_in', {
    detail:
      word === 'access_denied'
        ? 'The sign-in was denied in the browser.'
        : `The sign-in did not succeed${word === undefined ? '' : `: ${word}`}.`,
    cause,
  })
}
