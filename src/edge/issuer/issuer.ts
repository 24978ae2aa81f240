import type { IncomingMessage, ServerResponse } from 'node:http'
import { planeId } from '#domain/name.ts'
import type { Identity } from '#identity/identity.ts'
import { callerAddress } from '../caller-address.ts'

export type IssuerEdge = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

const wellKnown = '/\\.well-known'
const plane = '([a-z][a-z0-9-]{0,23})'
/** One pattern per family of addresses; what follows the plane's name is identity's to know. */
const families = [
  new RegExp(`^/oauth/${plane}/`),
  new RegExp(
    `^${wellKnown}/(?:oauth-authorization-server|openid-configuration)/oauth/${plane}(?:/calls)?$`,
  ),
  new RegExp(`^${wellKnown}/oauth-protected-resource/mcp/${plane}(?:/|$)`),
  new RegExp(`^${wellKnown}/oauth-protected-resource/rest/${plane}/`),
]

/** The issuers and their metadata. False where nothing of it is at that address. */
export function createIssuerEdge(identity: Identity, isBehindProxy: boolean): IssuerEdge {
  return async (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1)
    for (const family of families) {
      const [, name] = family.exec(path) ?? []
      if (name !== undefined) {
        const address = callerAddress(request, isBehindProxy)
        return identity.handle(request, response, planeId(name), address)
      }
    }
    return false
  }
}
