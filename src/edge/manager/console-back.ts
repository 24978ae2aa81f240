import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ConsoleFinished, ConsoleSignIn } from '#identity/manager/console.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import { sessionCookie } from './session-cookie.ts'

/**
 * `/m/back`: where a browser comes back to from the Manager's issuer. Its code becomes the same cookie that
 * a password gives, in this very answer; then the browser goes on to the page that was wanted, or to the
 * sign-in page, which says what failed.
 */
export const createConsoleBack = (parts: {
  console: ConsoleSignIn
  origin: string
  clock: Clock
  log: Log
}) => {
  const { origin, clock } = parts

  const finish = (request: IncomingMessage): Promise<ConsoleFinished> =>
    parts.console.finish(request).catch((thrown: unknown) => {
      // The name alone: the address has a code in it.
      const error = thrown instanceof Error ? thrown.name : 'unknown'
      parts.log.error('console sign-in failed', { error })
      return { to: undefined, cookie: undefined, failed: 'later' }
    })

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET')
      throw new Fault('method_not_allowed', { detail: 'A sign-in comes back by GET.' })
    const done = await finish(request)
    const session = 'session' in done ? [sessionCookie(origin, done.session, clock.now())] : []
    const over = done.cookie === undefined ? [] : [done.cookie]
    response.writeHead(303, {
      location: 'failed' in done ? failedAt(done.failed, done.to) : (done.to ?? '/m'),
      'set-cookie': [...session, ...over],
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-length': 0,
    })
    response.end()
  }
}

const failedAt = (failed: string, to: string | undefined): string =>
  `/m/sign-in?${new URLSearchParams({ failed, ...(to !== undefined && { to }) })}`
