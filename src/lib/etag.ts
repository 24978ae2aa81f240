import { createHash } from 'node:crypto'

/** The strong entity tag of an answer that is the same for the same bytes (RFC 9110 §8.8.3). */
export const tagOfBytes = (bytes: Uint8Array): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`

const tagList = /^(?:W\/)?"[^"]{0,64}"(?:[ \t]*,[ \t]*(?:W\/)?"[^"]{0,64}"){0,31}$/

/** Whether it is a list of at most 32 entity tags, as If-Match and If-None-Match take one. */
export const isTagList = (written: string): boolean => tagList.test(written)

/** RFC 9110 §13.1.2: whether an If-None-Match names the tag, by weak comparison. What is no list names none. */
export const namesTag = (ifNoneMatch: string, tag: string): boolean =>
  ifNoneMatch === '*' ||
  (isTagList(ifNoneMatch) &&
    ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag))
