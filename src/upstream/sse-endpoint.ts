/** Longer than any path that a server has reason to give. */
const LONGEST = 4096

/**
 * Where the server wants messages posted: path and query, at the origin that the operator named and
 * nowhere else (MCP 2024-11-05, transports §HTTP with SSE; trust.md, requests to elsewhere). The
 * credential goes there.
 */
export function endpointAt(
  data: Uint8Array,
  stream: URL,
): { readonly target: string } | { readonly problem: string } {
  const text = Buffer.from(data).toString('utf8').trim()
  if (text === '' || text.length > LONGEST || !URL.canParse(text, stream.href)) {
    return { problem: 'named no URL as its endpoint' }
  }
  const url = new URL(text, stream)
  if (url.origin !== stream.origin || url.username !== '' || url.password !== '') {
    return { problem: 'named an endpoint at another origin than its own' }
  }
  return { target: url.pathname + url.search }
}
