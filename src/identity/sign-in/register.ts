import type { PlaneId } from '#domain/name.ts'
import type { ClientView } from '../identity.ts'
import { clientOfOthers } from './clients.ts'
import { describe } from './describe.ts'
import { readBytes } from './form.ts'
import type { RegisteredClients } from './registered.ts'
import type { Request } from './visit.ts'

const mostBytes = 16 * 1024
const json = /^application\/json\s*(?:;.*)?$/i

export type Answer = { readonly status: number; readonly body: object }

/**
 * Dynamic registration (RFC 7591 §3), where the plane's document allows it: without a token, without a
 * secret, and worth nothing until a person signs in and agrees. Undefined where it is not allowed.
 */
export const register = async (
  { view, registered }: { view: ClientView; registered: RegisteredClients },
  plane: PlaneId,
  { request }: Pick<Request, 'request'>,
): Promise<Answer | undefined> => {
  const clients = view.signIn(plane)?.clients
  if (!clients?.register || clientOfOthers(view, plane, clients) === undefined) return undefined
  const bytes = json.test(request.headers['content-type'] ?? '')
    ? await readBytes(request, mostBytes)
    : undefined
  if (!bytes) return refusal('the body must be JSON of at most 16 KiB')
  const described = describe(bytes, undefined)
  if (typeof described === 'string') return refusal(described, codeOf(described))
  const id = await registered.add(plane, described)
  return {
    status: 201,
    body: {
      client_id: id,
      ...(described.title !== undefined && { client_name: described.title }),
      redirect_uris: described.redirects,
      // RFC 7591 §3.2.1: what was registered, which need not be what was asked for.
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
  }
}

const codeOf = (problem: string) =>
  problem.startsWith('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata'

const refusal = (error_description: string, error = 'invalid_client_metadata'): Answer => ({
  status: 400,
  body: { error, error_description },
})
