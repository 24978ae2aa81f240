import { namePattern, type PlaneId, planeId } from '#domain/name.ts'
import type { Gateway } from '#gateway/gateway.ts'
import { Fault } from '#lib/fault.ts'
import { isAllowedOrigin } from '#lib/http.ts'
import type { HttpRequest, HttpResponse } from '#lib/ingress/exchange.ts'

/**
 * /mcp/{plane} and /mcp/{plane}/{server}. What can be refused from the head alone is refused here.
 * Whether a server of that name exists is not this edge's to know.
 */
export const createAgentsEdge = (parts: {
  gateway: Gateway
  origin: string
  hasPlane(plane: PlaneId): boolean
  allowedOrigins: ReadonlySet<string>
}) => {
  return (
    request: HttpRequest,
    response: HttpResponse,
    segments: readonly string[],
  ): Promise<void> => {
    const [plane, server, ...more] = segments
    if (plane === undefined || more.length > 0 || !namePattern.test(plane))
      throw new Fault('not_found')
    if (server !== undefined && !namePattern.test(server)) throw new Fault('not_found')
    if (!parts.hasPlane(planeId(plane))) throw new Fault('not_found')
    // MCP transports §Security: an Origin that is not ours is a browser on somebody else's page.
    if (!isAllowedOrigin(request.headers.origin, parts.allowedOrigins))
      throw new Fault('bad_origin')
    if (!methods.has(request.method ?? '')) throw new Fault('method_not_allowed')
    const resource = `${parts.origin}/mcp/${plane}${server === undefined ? '' : `/${server}`}`
    return parts.gateway.serve({ request, response, plane: planeId(plane), server, resource })
  }
}

const methods = new Set(['POST', 'GET', 'DELETE'])
