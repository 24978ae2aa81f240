import type { BodyKind } from './operation.ts'

/** A media type without its parameters, in lower case (RFC 9110 §8.3.1); empty where it is none. */
export const mediaTypeOf = (written: string): string => {
  const [type = ''] = written.split(';')
  const plain = type.trim().toLowerCase()
  return CONCRETE.test(plain) ? plain : ''
}

const CONCRETE = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/

/** Whether it says no charset, or the one that is read. */
export const isUtf8 = (written: string): boolean => {
  const charset = /;[ \t]*charset[ \t]*=[ \t]*"?([^";]*)"?/i.exec(written)?.[1]
  return charset === undefined || /^utf-?8$/i.test(charset.trim())
}

/** What a body of that type is among arguments; undefined for what is not carried: several parts, and ranges. */
export const kindOf = (written: string): BodyKind | undefined => {
  const type = mediaTypeOf(written)
  if (type === '' || type.startsWith('multipart/')) return undefined
  if (type === 'application/json' || type.endsWith('+json')) return 'json'
  if (type === 'application/x-www-form-urlencoded') return 'form'
  const isText = type.startsWith('text/') || type === 'application/xml' || type.endsWith('+xml')
  return isText ? 'text' : 'binary'
}
