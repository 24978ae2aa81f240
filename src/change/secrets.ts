import type { Path } from './path.ts'

/**
 * Finds what looks like a secret in a document, so that it is refused before it is stored, shown in a
 * diff or entered anywhere. It looks for slips of people, not for people who hide something. Its
 * answers never hold what it found.
 */
export interface SecretFound {
  readonly path: Path
  readonly part: 'key' | 'value'
  /** `a GitHub token`, `a password in a URL`. */
  readonly what: string
}

export const cureOfSecrets =
  'no secret stands in a file: remove it and store it with `bailiwick cred set NAME --from-stdin`'

/** Every pattern starts where a word starts and repeats one class of characters: no backtracking. */
const shapes: readonly (readonly [string, RegExp])[] = [
  ['an API key of this gateway', /(?<!\w)bwk_[0-9a-f]{48}(?!\w)/g],
  ['a token of this gateway', /(?<!\w)bwm_[\w-]{43}(?![\w-])/g],
  ['a private key', /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY-----/g],
  ['a private key', /(?<!\w)AGE-SECRET-KEY-1[0-9A-Z]{20,}/gi],
  ['a private key', /(?<!\w)PuTTY-User-Key-File-\d/g],
  ['an API key (sk-…)', /(?<!\w)sk-(?=[\w-]{0,200}\d)[\w-]{20,}/g],
  ['a Stripe key', /(?<!\w)(?:sk|rk)_(?:live|test)_\w{10,}/g],
  ['a webhook secret', /(?<!\w)whsec_[\w+/=]{16,}/g],
  ['a GitHub token', /(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g],
  ['a GitLab token', /(?<!\w)gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|oas)-[\w-]{16,}/g],
  ['a Slack token', /(?<!\w)(?:xox[a-z]|xapp)-[\w-]{10,}/g],
  ['a Slack webhook', /hooks\.slack\.com\/services\/\w+\/\w+\/\w+/g],
  ['an AWS access key', /(?<!\w)(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)/g],
  ['a Google API key', /(?<!\w)AIza[\w-]{35}/g],
  ['a Google token', /(?<!\w)(?:ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})/g],
  ['a JSON Web Token', /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}/g],
  ['an npm token', /(?<!\w)npm_[A-Za-z0-9]{30,}/g],
  ['a PyPI token', /(?<!\w)pypi-[\w-]{30,}/g],
  ['a Hugging Face token', /(?<!\w)hf_[A-Za-z0-9]{30,}/g],
  ['a Vault token', /(?<!\w)hv[sbr]\.[\w-]{20,}/g],
  ['a DigitalOcean token', /(?<!\w)do[opr]_v1_[a-f0-9]{40,}/g],
  ['a SendGrid key', /(?<!\w)SG\.[\w-]{16,}\.[\w-]{16,}/g],
  ['a Shopify token', /(?<!\w)shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{30,}/g],
  ['a Databricks token', /(?<!\w)dapi[a-f0-9]{32}/g],
  ['a password in a URL', /:\/\/[^\s/?#@:]{0,200}:[^\s/?#@{}]{1,200}@/g],
]

/** Where in a file's text one of the well-known shapes stands, in comments too. */
export function findSecretShapes(text: string): { offset: number; what: string }[] {
  return shapes.flatMap(([what, shape]) =>
    [...text.matchAll(shape)].map(({ index }) => ({ offset: index, what })),
  )
}

export function findSecrets(document: unknown): SecretFound[] {
  const found: SecretFound[] = []
  const look = (value: unknown, path: Path) => {
    if (typeof value === 'string') lookAtText(value, path, found)
    else if (Array.isArray(value))
      for (const [at, item] of value.entries()) look(item, [...path, at])
    else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) lookAtMember(key, member, [...path, key])
    }
  }
  const lookAtMember = (key: string, member: unknown, path: Path) => {
    const inKey = secretIn(key)
    if (inKey) found.push({ path, part: 'key', what: inKey })
    if (isPrivatePart(path)) found.push({ path, part: 'value', what: 'a private key' })
    else if (isSecretName(key) && holdsSomething(member)) {
      found.push({ path, part: 'value', what: 'a secret, by the name of its key' })
    } else look(member, path)
  }
  look(document, [])
  return found
}

function lookAtText(text: string, path: Path, found: SecretFound[]): void {
  const what = secretIn(text) ?? (path.at(-1) === 'format' ? secretInFormat(text) : undefined)
  const random = isNameOfTheirs(path) ? undefined : secretByChance(text, path.at(-1) === 'url')
  const either = what ?? random
  if (either) found.push({ path, part: 'value', what: either })
}

/** Whether a text must not be repeated in a message. */
export const mayBeSecret = (text: string): boolean =>
  secretIn(text) !== undefined || secretByChance(text, false) !== undefined

const anyShape = new RegExp(shapes.map(([, shape]) => `(?:${shape.source})`).join('|'), 'i')

function secretIn(text: string): string | undefined {
  const shape = anyShape.test(text) && shapes.find(([, pattern]) => text.search(pattern) >= 0)
  if (shape) return shape[0]
  for (const [, key = ''] of text.matchAll(queryValue)) {
    if (isSecretName(key) || querySecrets.has(normal(key))) return 'a secret in the query of a URL'
  }
  const scheme = schemeWithContent.exec(text)?.[1]
  if (scheme && (/\d/.test(scheme) || scheme.length >= 20)) return 'an Authorization value'
  return undefined
}

/** `{` begins a variable of a template, which is no content. */
const queryValue = /[?&;]([\w.-]{1,64})=[^&#;\s{}]/g
const querySecrets = new Set(['key', 'sig', 'signature', 'code', 'auth', 'authorization'])
const schemeWithContent = /\b(?:bearer|basic)\s+([^\s{}"']{6,})/i

/** Around {secret} belongs a scheme such as `Bearer` or `Token token=`, and no more. */
function secretInFormat(format: string): string | undefined {
  const around = format.replaceAll('{secret}', ' ')
  const hasContent = /\b(?:bearer|basic|token)\s+(?!\w+=)[^\s{}"']/i.test(around.trim())
  const isLong = around
    .split(/[^A-Za-z0-9+/_]+/)
    .some((run) => run.length >= 32 || (run.length >= 12 && /\d/.test(run)))
  return hasContent || isLong ? 'a secret instead of {secret}' : undefined
}

const secretName =
  /(?:secret|password|passwd|passphrase|pwd|apikey|privatekey|secretkey|accesskey|authtoken|accesstoken|refreshtoken|bearertoken|sessiontoken|apitoken)$|^(?:token|authorization|cookie|jwt|psk)$/

const normal = (key: string): string => key.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

const isSecretName = (key: string): boolean => secretName.test(normal(key))

const holdsSomething = (value: unknown): boolean =>
  typeof value === 'number' ||
  (typeof value === 'string' && !/^(?:|true|false|yes|no|on|off|none|null)$/i.test(value.trim()))

/**
 * Names that servers gave to their capabilities look like anything: items of the lists of a selector.
 * So do the examples and hashes in what an API says of itself, and the public part of a key.
 */
const isNameOfTheirs = (path: Path): boolean =>
  path.at(-1) === 'openapi' ||
  (typeof path.at(-1) === 'number' && theirLists.has(path.at(-2))) ||
  isPublicPart(path)
const theirLists: ReadonlySet<unknown> = new Set(['tools', 'prompts', 'resources', 'operations'])

/** RFC 7517 §4, RFC 7518 §6: what a public key is made of and called; `d`, `p`, `k` … are not among it. */
const publicMembers: ReadonlySet<unknown> = new Set(['x', 'y', 'n', 'e', 'kid'])
const privateMembers: ReadonlySet<unknown> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
const isOfKey = (path: Path): boolean => path.at(-4) === 'jwks' && path.at(-3) === 'keys'
const isPublicPart = (path: Path): boolean => isOfKey(path) && publicMembers.has(path.at(-1))
const isPrivatePart = (path: Path): boolean => isOfKey(path) && privateMembers.has(path.at(-1))

const LONG = 32
/** Bits a character. Random base64 of this length has about 4.6, words put together about 3.8. */
const RANDOM_BITS = 4.2

function secretByChance(text: string, isUrl: boolean): string | undefined {
  const pieces = text.split(isUrl ? /[^A-Za-z0-9+=_-]+/ : /[^A-Za-z0-9+/=_-]+/)
  const random = pieces.some((piece) => {
    if (piece.length < LONG) return false
    // Account numbers in addresses are hexadecimal, too.
    if (/^[0-9a-f]+$/i.test(piece)) return !isUrl && /\d/.test(piece) && /[a-f]/i.test(piece)
    const mixed =
      /[a-z]/.test(piece) && /[A-Z]/.test(piece) && (piece.match(/\d/g)?.length ?? 0) >= 3
    return mixed && bitsPerCharacter(piece) >= RANDOM_BITS
  })
  return random ? 'a long random value' : undefined
}

/** Shannon's entropy of the characters. */
function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values())
    bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}
