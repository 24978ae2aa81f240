/** Something that was found in an OpenAPI document. */
export interface Finding {
  /** RFC 6901, from the document's root; empty for the document as a whole. */
  readonly pointer: string
  readonly message: string
  /** `refused`: the whole document. `left out`: an operation is not offered. `noted`: it is offered without this. */
  readonly effect: 'refused' | 'left out' | 'noted'
}

/** RFC 6901 §3: the pointer to a member of what another pointer leads to. */
export const pointerTo = (pointer: string, ...keys: readonly (string | number)[]): string =>
  keys.reduce<string>((base, key) => `${base}/${escapeToken(String(key))}`, pointer)

const escapeToken = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1')

/** The names that a pointer leads through; undefined where it is none (RFC 6901 §3, §4). */
export const tokensOfPointer = (pointer: string): string[] | undefined => {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}
