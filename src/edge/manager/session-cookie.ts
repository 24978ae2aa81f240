import type { IncomingHttpHeaders } from 'node:http'
import { Fault } from '#lib/fault.ts'

/**
 * How a browser carries its person's token where no script can read it: in a cookie that is sent to
 * this host alone and never along with another site's request. Over TLS its name begins with `__Host-`,
 * so that a neighbouring subdomain cannot plant one (RFC 6265bis §4.1.3.2); on loopback without TLS, where
 * browsers refuse that name, it is at least kept to the API.
 */
const places = {
  secure: { name: '__Host-bailiwick', attributes: 'Path=/; Secure' },
  loopback: { name: 'bailiwick', attributes: 'Path=/api' },
} as const

const placeOf = (origin: string) => (origin.startsWith('https:') ? places.secure : places.loopback)

export const sessionCookie = (
  origin: string,
  { token, endsAt }: { readonly token: string; readonly endsAt: number },
  now: number,
): string => cookie(origin, token, Math.max(0, Math.floor((endsAt - now) / 1000)))

export const clearedCookie = (origin: string): string => cookie(origin, '', 0)

const cookie = (origin: string, value: string, maxAgeS: number): string => {
  const { name, attributes } = placeOf(origin)
  return `${name}=${value}; ${attributes}; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}`
}

/** The token of the cookie; undefined where there is none, or two of that name, of which one is planted. */
export const tokenOfCookie = (headers: IncomingHttpHeaders, origin: string): string | undefined => {
  const start = `${placeOf(origin).name}=`
  const ours = (headers.cookie ?? '').split('; ').filter((pair) => pair.startsWith(start))
  const [only, another] = ours
  return another === undefined ? only?.slice(start.length) || undefined : undefined
}

/**
 * A browser sends the cookie whoever made it ask, so a request that rides on it has to say that a page
 * of ours did: by Fetch Metadata, or by Origin where a browser does not tell that.
 */
export const checkSameOrigin = (headers: IncomingHttpHeaders, origin: string): void => {
  const site = headers['sec-fetch-site']
  const isOurs = site === undefined ? headers.origin === origin : site === 'same-origin'
  if (!isOurs || (headers.origin !== undefined && headers.origin !== origin))
    throw new Fault('bad_origin', {
      detail: 'The session of a browser is for pages of ours alone.',
    })
}
