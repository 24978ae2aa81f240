import { namePattern, type PlaneId, planeId } from '#domain/name.ts'
import type { Gateway } from '#gateway/gateway.ts'
import { Fault } from '#lib/fault.ts'
import { isAllowedOrigin } from '#lib/http.ts'
import type { HttpRequest, HttpResponse } from '#lib/ingress/exchange.ts'

/**
 * /rest/{plane}/{api}/…, which is matched as it was sent. Whether an API of that name exists is not
 * this edge's to know, and which methods it takes is not either.
 */
export const createRestEdge = (parts: {
  gateway: Pick<Gateway, 'serveRest'>
  origin: string
  hasPlane(plane: PlaneId): boolean
  allowedOrigins: ReadonlySet<string>
}) => {
  return (
    request: HttpRequest,
    response: HttpResponse,
    segments: readonly string[],
  ): Promise<void> => {
    const [plane = '', api = ''] = segments
    if (!namePattern.test(plane) || !namePattern.test(api)) throw new Fault('not_found')
    if (!parts.hasPlane(planeId(plane))) throw new Fault('not_found')
    // An Origin that is not ours is a browser on somebody else's page.
    if (!isAllowedOrigin(request.headers.origin, parts.allowedOrigins))
      throw new Fault('bad_origin')
    const resource = `${parts.origin}/rest/${plane}/${api}`
    return parts.gateway.serveRest({
      request,
      response,
      plane: planeId(plane),
      server: api,
      resource,
    })
  }
}
