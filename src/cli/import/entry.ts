/** A text that a file gives to a server: a header, a variable, an argument. */
export interface Given {
  /** Of the header or the variable, or the option before an argument; undefined for an argument by itself. */
  readonly name: string | undefined
  /** What of an argument is no value: `--key=`. */
  readonly before?: string
  readonly text: string
  /** Where it stands in the file: `mcpServers.github.env.GITHUB_TOKEN`. */
  readonly at: string
  /** The file says that it is one. */
  readonly isSecret?: boolean
}

/** Where a server is reached, or the API of an OpenAPI document. */
export type Reach =
  | { readonly how: 'api'; readonly url: string; readonly at: string; readonly openapi: string }
  | {
      readonly how: 'url'
      readonly url: string
      /** Where the URL stands in the file. */
      readonly at: string
      readonly headers: readonly Given[]
    }
  | {
      readonly how: 'program'
      readonly command: string
      readonly arguments: readonly Given[]
      readonly environment: readonly Given[]
      readonly folder: string | undefined
    }
  | { readonly how: 'none'; readonly because: string }

/** One server as a file tells of it, before anybody has decided what becomes of it. */
export interface Entry {
  /** As it stands in the file. */
  readonly name: string
  readonly at: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly documentation?: string | undefined
  readonly reach: Reach
  /** What of it the gateway cannot carry, in sentences without values. */
  readonly notes: readonly string[]
}

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The text under the first of these names that has one. */
export const textIn = (fields: Fields, ...names: readonly string[]): string | undefined => {
  const name = keyIn(fields, ...names)
  return name === undefined ? undefined : (fields[name] as string)
}

/** The first of these names under which a text stands. */
export const keyIn = (fields: Fields, ...names: readonly string[]): string | undefined =>
  names.find((name) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    return typeof value === 'string' && value.trim() !== ''
  })

/** `mcpServers.github`, `mcpServers["my server"]`: as it is found in the file. */
export const pathOf = (...steps: readonly (string | number)[]): string =>
  steps
    .map((step, at) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step)}]`
      return at === 0 ? step : `.${step}`
    })
    .join('')
