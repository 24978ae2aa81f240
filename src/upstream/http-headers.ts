import type { EgressHeaders } from '#lib/egress/egress.ts'

/**
 * The headers that go to the server: what travels on, then what we say, then the credential. Names
 * of `travelling` are lower-case. Nothing the caller sent stands beside the credential, under that
 * name or one that a server may read as the same (`x_api_key`, as CGI's children do).
 */
export function outgoingHeaders(
  travelling: readonly string[],
  defaults: readonly string[],
  credential: { readonly key: string; readonly name: string; readonly value: string } | undefined,
): string[] {
  const headers: string[] = []
  for (let i = 0; i + 1 < travelling.length; i += 2) {
    const name = travelling[i] ?? ''
    if (NEVER_TRAVELS.has(name)) continue
    if (credential?.key.length === name.length && headerKey(name) === credential.key) continue
    headers.push(name, travelling[i + 1] ?? '')
  }
  const told = headers.length
  for (let i = 0; i + 1 < defaults.length; i += 2) {
    const name = defaults[i] ?? ''
    if (!hasName(headers, told, name)) headers.push(name, defaults[i + 1] ?? '')
  }
  if (credential !== undefined) headers.push(credential.name, credential.value)
  return headers
}

/** One key for all spellings that some server takes for the same header. */
export function headerKey(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

function hasName(headers: readonly string[], upTo: number, name: string): boolean {
  for (let i = 0; i < upTo; i += 2) if (headers[i] === name) return true
  return false
}

/** The gateway hands on none of these; a second wall, since the first one stands in another room. */
const NEVER_TRAVELS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'host',
  'forwarded',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'accept-encoding',
])

/** What an answer says to us, not to the caller: it stays here. */
const NEVER_RETURNS: ReadonlySet<string> = new Set([
  'set-cookie',
  'www-authenticate',
  'proxy-authenticate',
  'authentication-info',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'trailer',
  'strict-transport-security',
  'alt-svc',
])

/** Name, value, name, value …, without what is not the caller's business. */
export function returningHeaders(headers: EgressHeaders): readonly string[] {
  const kept: string[] = []
  for (const [name, value = []] of Object.entries(headers)) {
    if (NEVER_RETURNS.has(name) || name.startsWith('access-control-')) continue
    for (const one of Array.isArray(value) ? value : [value]) kept.push(name, one)
  }
  return kept
}

/** The value of a header in name, value pairs with lower-case names; the first where there are more. */
export function headerIn(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) if (headers[i] === name) return headers[i + 1]
  return undefined
}

/** The media type without its parameters, in lower case; empty where there is none, or more than one. */
export function mediaType(written: EgressHeaders[string]): string {
  if (typeof written !== 'string') return ''
  const end = written.indexOf(';')
  return (end < 0 ? written : written.slice(0, end)).trim().toLowerCase()
}
