import { type Search, writeSearch } from '../../filters/grammar.ts'
import { paths } from '../../paths.ts'

export const kinds = ['tool', 'prompt', 'resource', 'template', 'operation'] as const
export type Kind = (typeof kinds)[number]

/** What Explain is asked, all of it in the address. */
export interface Asking {
  readonly plane?: string | undefined
  readonly agent?: string | undefined
  readonly consumer?: string | undefined
  /** `SERVER/NAME`. */
  readonly cap?: string | undefined
  readonly kind?: Kind | undefined
  /** JSON. */
  readonly args?: string | undefined
  readonly user?: string | undefined
  /** An instant, or how long ago; now where it is absent. */
  readonly at?: string | undefined
  /** A revision to compare with. */
  readonly rev?: string | undefined
  /** Documents to compare with. */
  readonly draft?: string | undefined
}

export const explainFields = {
  fields: [],
  keys: [
    ...['agent', 'consumer', 'cap', 'kind', 'args', 'user', 'at', 'rev', 'draft'],
    ...['client', 'server', 'name'],
  ],
} as const

/** The address that asks it. */
export const explainAddress = ({ kind, ...rest }: Asking): string => {
  const said = Object.entries({ ...rest, ...(kind !== 'tool' && { kind }) })
  const search = said.filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `${paths.explain()}${writeSearch(Object.fromEntries(search))}`
}

/** The words of the API (`client=AGENT@CONSUMER`, `server`, `name`) mean the same. */
export const readAsking = ({ client, server, name, ...search }: Search): Asking => {
  const [agent, consumer] = client?.split('@') ?? []
  return {
    ...(agent !== undefined && { agent }),
    ...(consumer !== undefined && { consumer }),
    ...(server !== undefined && name !== undefined && { cap: `${server}/${name}` }),
    ...search,
    kind: kinds.find((kind) => kind === search.kind) ?? 'tool',
  }
}

/** Of `SERVER/NAME`, in whose name there may be more slashes. */
export const capabilityOf = (
  cap: string | undefined,
): { readonly server: string; readonly name: string } | undefined => {
  const [, server, name] = /^([^/]+)\/(.+)$/s.exec(cap ?? '') ?? []
  return server === undefined || name === undefined ? undefined : { server, name }
}

/** Arguments as they are written, or why they are none. */
export const argumentsOf = (
  args: string | undefined,
): { readonly args?: Record<string, unknown>; readonly isBad: boolean } => {
  if (args === undefined || args.trim() === '') return { isBad: false }
  try {
    const value: unknown = JSON.parse(args)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? { args: value as Record<string, unknown>, isBad: false } : { isBad: true }
  } catch {
    return { isBad: true }
  }
}
