/**
 * Who has signed in to the page of passkeys, in that browser: a session of the browser alone, sent to no
 * other site. Over TLS no neighbouring subdomain can plant it (RFC 6265bis §4.1.3.2).
 */
const isSecure = (origin: string): boolean => origin.startsWith('https:')

export const passkeysCookieName = (origin: string): string =>
  `${isSecure(origin) ? '__Host-' : ''}bailiwick-passkeys`

export const passkeysCookie = (origin: string, value: string): string =>
  `${passkeysCookieName(origin)}=${value}; Path=/; HttpOnly; SameSite=Strict${isSecure(origin) ? '; Secure' : ''}`

/** For whoever leaves the console: the next one at that computer has nothing of it. */
export const clearedPasskeysCookie = (origin: string): string =>
  `${passkeysCookie(origin, '')}; Max-Age=0`
