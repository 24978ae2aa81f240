import type { EgressHeaders } from '#lib/egress/egress.ts'
import type { HttpAnswer } from '#rest/tool-result.ts'
import type { ApiLent } from './api-call.ts'

/** What of an API's answer is its caller's; everything else stays here, cookies and CORS first. */
const RETURNED = ['content-language', 'etag', 'last-modified', 'retry-after']

/** The headers of an answer as a REST caller gets them. */
export const returningHeaders = (about: {
  readonly headers: EgressHeaders
  readonly shown: HttpAnswer
  readonly lent: ApiLent
  /** Where its callers find the API. */
  readonly address: string
}): Record<string, string> => {
  const { headers, shown, lent, address } = about
  const kept: Record<string, string> = {}
  if (shown.contentType !== undefined && shown.bytes.length > 0)
    kept['content-type'] = shown.contentType
  for (const name of RETURNED) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  kept['cache-control'] = privately(headers['cache-control'])
  const { location } = headers
  const here = typeof location === 'string' ? relocated(location, lent, address) : undefined
  return here === undefined ? kept : { ...kept, location: here }
}

/** What one caller is answered is for no shared cache, whatever the API says of it (RFC 9111 §5.2.2). */
const privately = (written: EgressHeaders[string]): string => {
  if (typeof written !== 'string' || /no-store/i.test(written)) return 'no-store'
  const seconds = /(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])/i.exec(written)?.[1]
  if (/no-cache/i.test(written) || seconds === undefined) return 'private, no-cache'
  return `private, max-age=${seconds}`
}

/** A place inside the API, as its callers write it; undefined for any other, which is nobody's to know. */
const relocated = (
  location: string,
  { api, built }: ApiLent,
  address: string,
): string | undefined => {
  const from = `${api.origin}${api.base}${built.path}`
  const url = URL.canParse(location, from) ? new URL(location, from) : undefined
  if (url?.origin !== api.origin || !url.pathname.startsWith(`${api.base}/`)) return undefined
  return address + url.pathname.slice(api.base.length) + url.search
}
