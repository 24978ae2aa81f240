import { ask } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import { paths } from '../paths.ts'

/** Set from the first move on: a second one would cut the first off, and take its place. */
let isLeaving = false

/** The session has ended by itself: whoever signs in again is brought back to where this page stands. */
export const leaveToSignIn = (): void => {
  if (isLeaving || location.pathname === paths.signIn() || location.pathname === paths.setup())
    return
  isLeaving = true
  const here = `${location.pathname}${location.search}`
  location.replace(`${paths.signIn()}?to=${encodeURIComponent(here)}`)
}

/**
 * Ends the session, then goes; the next person is not brought to where this one was. Throws the Problem
 * where the session still stands, and stays.
 */
export const signOut = async (): Promise<void> => {
  isLeaving = true
  try {
    await ask('delete', '/api/v1/session', {})
  } catch (thrown) {
    isLeaving = thrown instanceof Problem && thrown.status === 401
    if (!isLeaving) throw thrown
  }
  location.assign(paths.signIn())
}

/** A page that the browser kept whole, to show at Back, is of whoever was signed in then: asked anew. */
export const forgetWhenLeft = (): void =>
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload()
  })
