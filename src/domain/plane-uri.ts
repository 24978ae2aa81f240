import { namePattern } from './name.ts'

/**
 * What a server's resources are called at the plane's endpoint: `mes://line4/temperature` of the server
 * `plant` is `plant+mes://line4/temperature`. A URI stays one, since a server's name and a plus may begin
 * a scheme (RFC 3986 §3.1), and so does a template, since nothing of it but its beginning is another (RFC
 * 6570). Any text can be wrapped, also one that is wrapped already; each has one wrapping, and it says
 * whose it is. See docs/decisions/plane-resources.md.
 */

/** MCP Apps: a host takes a user interface from this scheme alone, so it goes by its server's name as host. */
const apps = 'ui://'

export const wrapUri = (server: string, uri: string): string =>
  uri.startsWith(apps) ? `${apps}${server}/${uri.slice(apps.length)}` : `${server}+${uri}`

export interface Wrapped {
  readonly server: string
  /** As its server calls it. */
  readonly uri: string
}

/** Undefined for what is not as `wrapUri` writes it. */
export const unwrapUri = (written: string): Wrapped | undefined => {
  const isApp = written.startsWith(apps)
  const from = isApp ? apps.length : 0
  const end = written.indexOf(isApp ? '/' : '+', from)
  const server = end < 0 ? '' : written.slice(from, end)
  if (!namePattern.test(server)) return undefined
  const uri = `${isApp ? apps : ''}${written.slice(end + 1)}`
  // `plant+ui://…` is not how an app is called: what has two names could be permitted by one of them.
  return isApp || !uri.startsWith(apps) ? { server, uri } : undefined
}
