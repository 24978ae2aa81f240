/** What an address of the registry API is about. A name is `namespace/name`. */
export type Place =
  | { readonly is: 'list' }
  | { readonly is: 'versions'; readonly name: string; readonly version?: undefined }
  | { readonly is: 'version'; readonly name: string; readonly version: string }

/**
 * The path below the plane, undefined where nothing is there. The specification writes a server's name
 * as one segment with an escaped slash. Proxies that unescape it on the way make two of it, which
 * can mean nothing else.
 */
export const readPlace = (segments: readonly string[]): Place | undefined => {
  const [version, servers, ...rest] = segments
  if (version !== 'v0.1' || servers !== 'servers') return undefined
  if (rest.length === 0) return { is: 'list' }
  const [name = '', ...behind] = rest[0]?.includes('/') ? rest : joined(rest)
  if (!/^[^/]+\/[^/]+$/.test(name) || behind[0] !== 'versions') return undefined
  const [, which, ...more] = behind
  if (more.length > 0 || which === '') return undefined
  return which === undefined ? { is: 'versions', name } : { is: 'version', name, version: which }
}

const joined = ([namespace = '', name = '', ...behind]: readonly string[]): string[] => [
  `${namespace}/${name}`,
  ...behind,
]
