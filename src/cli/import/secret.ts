import { findSecrets, mayBeSecret } from '#change/secrets.ts'
import type { Given } from './entry.ts'

/** What a text that a file gives to a server is. */
export type Judged =
  | { readonly is: 'plain' }
  /** The text stands elsewhere: in the environment, or with whoever is asked for it. */
  | { readonly is: 'reference'; readonly format: string }
  | { readonly is: 'secret'; readonly secret: string; readonly format: string }

/**
 * Whether it is a secret, and what stands around it. Of a header or a variable everything is one but
 * what is plainly none: what is taken for a secret without being one lies safe, the other way round
 * it lies open. Of an argument what looks like one is.
 */
export const judge = (given: Given, as: 'lent' | 'argument'): Judged => {
  const { scheme, rest } = schemeOf(given.text.trim())
  const format = `${scheme}{secret}`
  const reference = referenceForm.exec(rest)
  const secret = reference ? (reference[1] ?? '') : rest
  const isSaid = given.isSecret === true || scheme !== ''
  if (secret === '')
    return isSaid || isSecretName(given.name ?? '') ? { is: 'reference', format } : { is: 'plain' }
  return isSaid || looksSecret({ ...given, text: secret }, as)
    ? { is: 'secret', secret, format }
    : { is: 'plain' }
}

/** `${input:key}`, `${env:KEY}`, `${KEY:-default}`, `{key}`; `<your key>` and `YOUR_KEY`, as examples have it. */
const referenceForm =
  /^(?:\$\{[\w.:-]*?(?::-(.*))?\}|\$\w+|\{[\w.-]+\}|<[^<>]+>|your[-_ ][a-z-_ ]+|x{3,})$/i

/** RFC 9110 §11.4: a scheme before what is the secret. */
const schemeOf = (text: string): { scheme: string; rest: string } => {
  const [, scheme = '', rest = ''] =
    /^((?:bearer|basic|token|apikey|api-key|key|bot) +)(\S.*)$/i.exec(text) ?? []
  return rest === '' ? { scheme: '', rest: text } : { scheme, rest }
}

const looksSecret = ({ name = '', text }: Given, as: 'lent' | 'argument'): boolean => {
  if (mayBeSecret(text) || findSecrets({ url: text }).length > 0) return true
  const hasName = isSecretName(name) && !isSwitch.test(text)
  if (as === 'lent') return hasName || !isPlain(text)
  return hasName || text.split(/\s+/).some(isMixed)
}

/** Long, of letters and digits, and no word, path, address or package. */
const isMixed = (word: string): boolean =>
  word.length >= 12 && /[a-z]/i.test(word) && /\d/.test(word) && !isPlain(word)

/** Whether what goes by this name is kept secret, by its name alone. */
export const isSecretName = (name: string): boolean => secretName.test(name)

const secretName =
  /token|secret|passw|passphrase|pwd|api.?key|access.?key|private.?key|(?:^|[-_])key$|auth|credential|cookie|session|bearer|jwt|(?:^|[-_])(?:pat|dsn|psk|otp|pin)$|connection.?string|webhook/i

const isSwitch = /^(?:true|false|yes|no|on|off|none|null|\d{0,4})$/i

/** What nobody keeps secret: switches, numbers, words, paths, addresses, names and versions of packages. */
const isPlain = (text: string): boolean => plainForms.some((form) => form.test(text))
const plainForms = [
  isSwitch,
  /^-?\d{1,7}(?:\.\d{1,6})?$/,
  /^(?:[a-z]{1,20}|[A-Z]{1,12})$/,
  // A region, a model, an image, a package with its version.
  /^@?[a-z][a-z.]{0,30}(?:[-_/][a-z.]{1,20}|[-_/][a-z]?\d{1,2}){0,6}(?:(?:@|==|:)[\w.-]{1,16})?$/,
  /^(?:~|\.{1,2})?(?:\/[\w. @+-]{0,60}){1,20}$/,
  /^[A-Za-z]:[\\/][\w. \\/@+-]{0,200}$/,
  /^https?:\/\/[\w.-]{1,100}(?::\d{1,5})?(?:\/[\w.~-]{0,30}){0,6}$/,
  /^[a-z][a-z0-9.-]{0,60}:\d{1,5}$/,
]
