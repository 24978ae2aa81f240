import { isEnvironmentForCredentials, isHeaderForCredentials } from '#domain/lending.ts'
import type { Given } from './entry.ts'
import { judge } from './secret.ts'

/** A secret of an entry, and where its server would be lent it. */
export interface Found {
  readonly given: Given
  /** Undefined where the file only names it. */
  readonly secret: string | undefined
  /** Undefined where it cannot be lent that way. */
  readonly lent: Lent | undefined
}

/** How a secret is lent, as the document of its server says it. */
export type Lent = { readonly header: string; readonly format?: string } | { readonly env: string }

export interface Sorted {
  readonly secrets: readonly Found[]
  readonly plain: readonly Given[]
}

const sort = (all: readonly Given[], read: (given: Given) => Found | undefined): Sorted => {
  const found = all.map((given) => ({ given, secret: read(given) }))
  return {
    secrets: found.flatMap(({ secret }) => secret ?? []),
    plain: found.filter(({ secret }) => !secret).map(({ given }) => given),
  }
}

/** Authorization first: where there are several, that one is the server's own. */
export const sortHeaders = (headers: readonly Given[]): Sorted => {
  const { secrets, plain } = sort(headers, (given) => {
    const judged = judge(given, 'lent')
    if (judged.is === 'plain') return undefined
    const { name = '' } = given
    const secret = judged.is === 'secret' ? judged.secret : undefined
    // RFC 9110 §5.5 and §5.6.2: a name that is a token, a value of visible characters.
    const isCarried =
      /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(name) &&
      isHeaderForCredentials(name) &&
      /^[\x20-\x7e]*$/.test(secret ?? '')
    const { format } = judged
    const lent = { header: name, ...(format !== '{secret}' && { format }) }
    return { given, secret, lent: isCarried ? lent : undefined }
  })
  const rank = ({ given }: Found) => (given.name?.toLowerCase() === 'authorization' ? 0 : 1)
  return { secrets: secrets.toSorted((a, b) => rank(a) - rank(b)), plain }
}

export const sortEnvironment = (variables: readonly Given[]): Sorted =>
  sort(variables, (given) => {
    const judged = judge(given, 'lent')
    if (judged.is === 'plain') return undefined
    const { name = '' } = given
    const isLent = /^[A-Z_][A-Z0-9_]{0,63}$/.test(name) && isEnvironmentForCredentials(name)
    // A variable holds the whole text, with what stands before the secret.
    const secret =
      judged.is === 'secret' ? judged.format.replace('{secret}', () => judged.secret) : undefined
    return { given, secret, lent: isLent ? { env: name } : undefined }
  })

/** No argument is lent: whoever may list processes reads it. */
export const sortArguments = (all: readonly Given[]): Sorted =>
  sort(all, (given) => {
    const judged = judge(given, 'argument')
    if (judged.is !== 'secret') return undefined
    const secret = judged.format.replace('{secret}', () => judged.secret)
    return { given, secret, lent: undefined }
  })
