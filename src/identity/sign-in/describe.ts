import { isPrintable } from '#domain/fields.ts'
import { isRedirect } from '#domain/sign-in-documents.ts'
import { JsonError, type JsonValue, readJson } from '#lib/json.ts'

/** What a program says of itself, as far as anything here depends on it. */
export interface Described {
  readonly title: string | undefined
  readonly redirects: readonly string[]
}

const limits = { depth: 8, nodes: 512 }
const mostRedirects = 20
const longestTitle = 100

/**
 * Client metadata (RFC 7591 §2), from the program's own document or its registration: what it says,
 * or what is wrong with it. `id` is what the document has to say of itself where it is one.
 */
export const describe = (bytes: Uint8Array, id: string | undefined): Described | string => {
  const value = readObject(bytes)
  if (typeof value === 'string') return value
  const { client_id, client_name, redirect_uris, grant_types, response_types } = value
  if (id !== undefined && client_id !== id) return 'client_id is not the address of the document'
  if (id !== undefined && !isPublic(value)) return 'token_endpoint_auth_method must be none'
  if ('client_secret' in value) return 'a client brings no secret'
  if (client_name !== undefined && !isTitle(client_name))
    return `client_name must be 1 to ${longestTitle} printable characters`
  const redirects = redirectsOf(redirect_uris)
  if (!redirects)
    return `redirect_uris must be 1 to ${mostRedirects} addresses: https, http://127.0.0.1, or of the program's own scheme`
  if (!mayHold(grant_types, 'authorization_code'))
    return 'grant_types must have authorization_code: programs without a person are made by whoever runs the gateway'
  if (!mayHold(response_types, 'code')) return 'response_types must be code'
  return { title: client_name, redirects }
}

const readObject = (bytes: Uint8Array): Record<string, JsonValue> | string => {
  try {
    const { value } = readJson(Buffer.from(bytes), limits)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not an object'
    return value as Record<string, JsonValue>
  } catch (error) {
    if (error instanceof JsonError) return 'not JSON that every reader reads alike'
    throw error
  }
}

const isPublic = ({ token_endpoint_auth_method: method }: Record<string, JsonValue>): boolean =>
  method === undefined || method === 'none'

const isTitle = (value: JsonValue): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= longestTitle &&
  isPrintable(value)

const redirectsOf = (value: JsonValue | undefined): readonly string[] | undefined => {
  if (!Array.isArray(value) || value.length === 0 || value.length > mostRedirects) return undefined
  const all = value.filter((one): one is string => typeof one === 'string' && isRedirect(one))
  return all.length === value.length ? [...new Set(all)] : undefined
}

const mayHold = (value: JsonValue | undefined, word: string): boolean =>
  value === undefined || (Array.isArray(value) && value.includes(word))
