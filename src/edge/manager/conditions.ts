import type { IncomingHttpHeaders } from 'node:http'
import { isTagList, namesTag } from '#lib/etag.ts'
import { Fault } from '#lib/fault.ts'

/** The strong entity tag of a document (RFC 9110 §8.8.3): the revision that last wrote it. */
export const tagOf = (revision: number): string => `"${revision}"`

/** What a condition says of the revision that stands: that one, none, or nothing. */
export type Condition =
  | { readonly is: 'none' }
  | { readonly is: 'any' }
  | { readonly is: 'absent' }
  | { readonly is: 'one of'; readonly revisions: readonly number[] }

/** RFC 9110 §13.1, for a write: If-Match goes first; If-None-Match is understood as `*` alone. */
export const readCondition = (head: IncomingHttpHeaders): Condition => {
  const match = head['if-match']
  const noneMatch = head['if-none-match']
  if (match !== undefined && noneMatch !== undefined)
    throw bad('If-Match and If-None-Match contradict each other.')
  if (match === '*') return { is: 'any' }
  if (match !== undefined) return { is: 'one of', revisions: revisionsIn(match, 'If-Match') }
  if (noneMatch === undefined) return { is: 'none' }
  if (noneMatch !== '*') throw bad('For a write, If-None-Match takes * alone.')
  return { is: 'absent' }
}

/** RFC 9110 §13.1.2, for a read: whether the caller has what stands. */
export const hasAlready = (head: IncomingHttpHeaders, tag: string): boolean => {
  const written = head['if-none-match']
  if (written === undefined) return false
  if (written !== '*' && !isTagList(written))
    throw bad('If-None-Match is not a list of entity tags.')
  return namesTag(written, tag)
}

/** §8.8.3.2: a weak tag matches nothing strongly, and neither does a tag that is not ours. */
const revisionsIn = (written: string, header: string): number[] => {
  if (!isTagList(written)) throw bad(`${header} is not a list of entity tags.`)
  return written.split(',').flatMap((one) => {
    const revision = /^"([1-9][0-9]{0,14})"$/.exec(one.trim())?.[1]
    return revision === undefined ? [] : [Number(revision)]
  })
}

/** What makes the same write happen once, whoever repeats it; the door for changes knows its form. */
export const readKey = (head: IncomingHttpHeaders): string | undefined => {
  const written = head['idempotency-key']
  return written === undefined ? undefined : String(written)
}

const reasonLimit = 500

/** `X-Reason`, in UTF-8: why something is changed. */
export const readReason = (head: IncomingHttpHeaders): string | undefined => {
  const written = head['x-reason']
  if (written === undefined || written === '') return undefined
  // node:http reads bytes as Latin-1.
  const text = Buffer.from(String(written), 'latin1').toString('utf8')
  if (text.length > reasonLimit || /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffd]/u.test(text))
    throw bad(`X-Reason takes up to ${reasonLimit} characters of UTF-8 without control characters.`)
  return text
}

const bad = (detail: string): Fault => new Fault('bad_header', { detail })
