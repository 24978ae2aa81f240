import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PlanePolicy } from '#change/change.ts'
import { namePattern, type PlaneId, planeId } from '#domain/name.ts'
import type { Gateway } from '#gateway/gateway.ts'
import { Fault } from '#lib/fault.ts'
import { isAllowedOrigin } from '#lib/http.ts'
import type { Log } from '#lib/log.ts'
import type { ItemHistory } from '#store/store.ts'
import { answerError, answerJson, methods } from './answer.ts'
import { type Asker, findItem } from './items.ts'
import { listPage } from './page.ts'
import { type Place, readPlace } from './place.ts'
import { entryOf, fullName, versionOf } from './server-json.ts'

/**
 * /registry/{plane}/v0.1: the MCP registry API, read only, answered for the caller. A token for the
 * plane's own endpoint serves it, since what is told is what that endpoint offers; without a token a
 * plane tells what it calls public, and 401 where that is nothing.
 */
export const createRegistryEdge = (parts: {
  gateway: Pick<Gateway, 'admit'>
  origin: string
  plane(plane: PlaneId): PlanePolicy | undefined
  history(plane: PlaneId, item: string): ItemHistory | undefined
  allowedOrigins: ReadonlySet<string>
  now(): number
  log: Log
}) => {
  const { gateway, origin, log } = parts

  const tellOne = (plane: PlanePolicy, asker: Asker, place: Exclude<Place, { is: 'list' }>) => {
    const [namespace, name = ''] = place.name.split('/')
    const item = findItem(plane, asker, name)
    if (!item || fullName(plane.plane, name) !== `${namespace}/${name}`)
      throw new Fault('not_found')
    const history = parts.history(planeId(plane.plane.name), name)
    const isAsked = place.version === undefined || place.version === 'latest'
    if (!isAsked && place.version !== versionOf(history)) throw new Fault('not_found')
    return entryOf({ origin, plane: plane.plane, item, history, asker })
  }

  const tell = (plane: PlanePolicy, asker: Asker, place: Place, query: string): unknown => {
    if (place.is === 'list') {
      const history = (item: string) => parts.history(planeId(plane.plane.name), item)
      return listPage({ origin, plane, asker, history, query: new URLSearchParams(query) })
    }
    const entry = tellOne(plane, asker, place)
    return place.is === 'versions' ? { servers: [entry], metadata: { count: 1 } } : entry
  }

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    about: { plane: PlaneId; resource: string },
    place: Place,
  ): Promise<void> => {
    const plane = parts.plane(about.plane)
    if (!plane) throw new Fault('not_found')
    const { caller, leave } = await gateway.admit(
      { request, response, ...about, server: undefined },
      { strangers: plane.plane.registry !== undefined },
    )
    // Whoever went away while a proof was checked closed it already.
    if (response.closed) return leave()
    response.once('close', leave)
    const asker = { view: caller?.view, now: parts.now() }
    answerJson(
      request,
      response,
      tell(plane, asker, place, (request.url ?? '').split('?')[1] ?? ''),
    )
  }

  return async (
    request: IncomingMessage,
    response: ServerResponse,
    segments: readonly string[],
  ): Promise<void> => {
    const [name = '', ...rest] = segments
    const plane = planeId(name)
    const resource = `${origin}/mcp/${plane}`
    try {
      if (!namePattern.test(name) || !parts.plane(plane)) throw new Fault('not_found')
      if (!isAllowedOrigin(request.headers.origin, parts.allowedOrigins))
        throw new Fault('bad_origin')
      const place = readPlace(rest)
      if (!place) throw new Fault('not_found')
      if (request.method === 'OPTIONS')
        return void response.writeHead(204, { allow: methods.join(', ') }).end()
      if (!methods.some((one) => one === request.method)) throw new Fault('method_not_allowed')
      await answer(request, response, { plane, resource }, place)
    } catch (thrown) {
      answerError(request, response, thrown, { resource, origin, log })
    }
  }
}
