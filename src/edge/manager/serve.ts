import { strict as assert } from 'node:assert'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { stranger } from '#domain/roles.ts'
import { createDoor } from '#gateway/door.ts'
import type { Installation } from '#gateway/installation.ts'
import type { Clock } from '#lib/clock.ts'
import { asFault, Fault } from '#lib/fault.ts'
import { bearerToken, isAllowedOrigin } from '#lib/http.ts'
import type { Log } from '#lib/log.ts'
import { type Access, createAccess } from '#manager/access.ts'
import type { Desk } from '#manager/desk.ts'
import type { People, TokenInfo } from '#people/people.ts'
import { callerAddress } from '../caller-address.ts'
import { createEvents } from './events.ts'
import { problemOf } from './problem.ts'
import { readInput, readQuery } from './read.ts'
import type { Asked, Route } from './route.ts'
import { createRouter } from './router.ts'
import { routes } from './routes.ts'
import { checkSameOrigin, tokenOfCookie } from './session-cookie.ts'
import { Wait } from './wait.ts'

/** Governing is rare; what is more than this at once is a flood, and the gateway's calls come first. */
const mostAtOnce = 64

interface Parts {
  readonly installation: Installation
  readonly clock: Clock
  readonly log: Log
  readonly nextId: () => string
  readonly allowedOrigins: ReadonlySet<string>
  /** Whether only a trusted proxy can connect, which says where a request comes from. */
  readonly isBehindProxy: boolean
}

/** Answers /api/v1 from the one list of routes: who asks, where, whether they may, what, and then the answer. */
export const createManagerEdge = (parts: Parts) => {
  const { installation, clock } = parts
  const { people } = installation
  const find = createRouter(routes)
  const door = createDoor(mostAtOnce, clock)
  const events = createEvents()

  /** A token that is shown decides, be it good or bad; a browser's cookie is looked at where none is. */
  const tokenOf = ({ headers }: IncomingMessage): string | undefined => {
    if (headers.authorization !== undefined) return bearerToken(headers.authorization)
    const token = tokenOfCookie(headers, installation.origin)
    if (token !== undefined) checkSameOrigin(headers, installation.origin)
    return token
  }

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    segments: readonly string[],
    reply: Reply,
  ): Promise<void> => {
    if (!isAllowedOrigin(request.headers.origin, parts.allowedOrigins))
      throw new Fault('bad_origin')
    const { route, path } = find(request.method, segments)
    const shown = route.needs === 'nobody' ? undefined : tokenOf(request)
    const who = route.needs === 'nobody' ? undefined : await authenticate(people, shown, clock)
    const access = createAccess(who?.person ?? stranger, installation.change.current(), clock.now())
    checkNeeds(route, path.plane, access)
    if (route.takes !== 'reason and key' && request.headers['idempotency-key'] !== undefined)
      throw new Fault('bad_header', { detail: 'This address takes no Idempotency-Key.' })
    const query = readQuery(route, request.url ?? '')
    const body = await readInput(route, request, response, clock)
    const desk: Desk = { installation, by: `person:${access.person.name}`, stop: refuse, clock }
    reply.status = route.status
    const asked: Asked = {
      path,
      query,
      body,
      head: request.headers,
      access,
      get token(): TokenInfo {
        assert(who, `${route.path} is for strangers too`)
        return who.token
      },
      askAgain: async () => (shown === undefined ? undefined : await people.authenticate(shown)),
      desk,
      people,
      address: callerAddress(request, parts.isBehindProxy),
      response,
      events,
      tell(status, headers = {}) {
        reply.status = status
        Object.assign(reply.headers, headers)
      },
    }
    const value = await route.handle(asked)
    if (!route.streams) send(response, reply, value)
  }

  const fail = (response: ServerResponse, reply: Reply, thrown: unknown): void => {
    const fault = asFault(thrown)
    const ref = fault.code === 'internal' ? `err_${parts.nextId()}` : undefined
    if (ref)
      parts.log.error('internal', {
        ref,
        cause: String((fault.cause as Error | undefined)?.stack ?? fault.cause),
      })
    const retryAfterMs = thrown instanceof Wait ? thrown.retryAfterMs : undefined
    const problem = problemOf(fault, {
      ...(ref !== undefined && { ref }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    })
    Object.assign(reply.headers, headersFor(fault, retryAfterMs))
    reply.status = fault.row.status
    send(response, reply, problem)
  }

  const edge = async (
    request: IncomingMessage,
    response: ServerResponse,
    segments: readonly string[],
  ): Promise<void> => {
    const reply: Reply = { status: 200, headers: {} }
    let leave: (() => void) | undefined
    try {
      if (segments[0] !== 'v1') throw new Fault('not_found')
      leave = door.enter()
      await answer(request, response, segments.slice(1), reply)
    } catch (thrown) {
      fail(response, reply, thrown)
    } finally {
      leave?.()
    }
  }
  return {
    edge,
    /** Something has changed: whoever listens is told. */
    moved: async (): Promise<void> => events.moved(),
    /** Ends the streams of events, which would end by themselves never. */
    close: () => events.close(),
  }
}

/** A store that stands still answers nobody; whoever asks is told so while they still wait. */
const patienceMs = 3000

const authenticate = async (people: People, token: string | undefined, clock: Clock) => {
  if (token === undefined) throw new Fault('no_token')
  const late = Promise.withResolvers<never>()
  const cancel = clock.after(patienceMs, () =>
    late.reject(new Fault('store_unreachable', { detail: 'the store does not answer' })),
  )
  const who = await Promise.race([people.authenticate(token), late.promise]).finally(cancel)
  if (!who) throw new Fault('bad_token')
  return who
}

const checkNeeds = (route: Route, plane: string | undefined, access: Access): void => {
  const { needs, of } = route
  if (needs === 'nobody' || needs === 'signed in') return
  if (plane === undefined || of === 'installation') access.checkInstallation(needs)
  else if (of === 'items') access.checkSome(needs, plane)
  else access.check(needs, plane)
}

const refuse = (): never => {
  throw new Fault('not_found', { detail: 'An installation is stopped where it runs.' })
}

interface Reply {
  status: number
  readonly headers: Record<string, string>
}

const send = (response: ServerResponse, reply: Reply, value: unknown): void => {
  if (response.headersSent || response.destroyed) return void response.destroy()
  const isEmpty = reply.status === 204 || reply.status === 304 || value === undefined
  const body = isEmpty ? undefined : Buffer.from(JSON.stringify(value))
  const isProblem = reply.status >= 400
  response.writeHead(reply.status, {
    ...(body && {
      'content-type': isProblem ? 'application/problem+json' : 'application/json',
      'content-length': body.length,
    }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...reply.headers,
    // What was not read of the body is not worth reading.
    ...(response.req.complete ? {} : { connection: 'close' }),
  })
  response.end(body)
}

/** RFC 6750 §3, and RFC 9110 §10.2.3. */
const headersFor = (fault: Fault, retryAfterMs: number | undefined): Record<string, string> => {
  const { status } = fault.row
  if (fault.code === 'no_token') return { 'www-authenticate': 'Bearer realm="manager"' }
  if (fault.code === 'bad_token')
    return { 'www-authenticate': 'Bearer realm="manager", error="invalid_token"' }
  if (status !== 429 && status !== 503) return {}
  return { 'retry-after': String(Math.max(1, Math.ceil((retryAfterMs ?? 1000) / 1000))) }
}
