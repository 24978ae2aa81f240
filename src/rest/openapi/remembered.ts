import type { Reading } from './document.ts'
import { type OpenApi, readOpenApi } from './read-openapi.ts'

/** A document is checked, compared with what is pinned and then served, each time from its text. */
const MOST = 4
const known = new Map<string, Reading<OpenApi>>()

/**
 * As `readOpenApi`; the last few answers are kept, since reading a large document takes a second.
 * `lentIn` is the header that a credential is lent in.
 */
export function openApiOf(text: string, lentIn: string | undefined): Reading<OpenApi> {
  const key = `${lentIn?.toLowerCase() ?? ''}\n${text}`
  const answer = known.get(key) ?? readOpenApi(text, undefined, lentIn)
  known.delete(key)
  known.set(key, answer)
  const [oldest] = known.keys()
  if (known.size > MOST && oldest !== undefined) known.delete(oldest)
  return answer
}
