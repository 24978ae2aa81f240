import type { Refusal, TokenLack } from './decision.ts'
import { tellSuspension } from './suspension.ts'

/** Why a call was refused, for those who may know: in the entry, in `why` and in the terminal. Holds no argument. */
export const because = (refusal: Refusal): string => {
  switch (refusal.reason) {
    case 'unknown':
    case 'held':
      return refusal.because
    case 'suspended':
      return tellSuspension(refusal.suspension)
    case 'unseen':
      return refusal.detail
    case 'arguments':
      return `arguments do not fit the definition: ${tellProblems(refusal.problems)}`
    case 'condition':
      return `condition of grant ${refusal.grants.join(', ')}${tellFailed(refusal.failed)}`
    case 'rule':
      return tellDenial(refusal.rule, refusal)
    case 'scope':
      return `token lacks scope ${refusal.scopes.join(' ')}${askedBy(refusal.rules)}`
    case 'token':
      return tellLack(refusal)
    case 'credential':
      return `the credential of ${refusal.server} is not in the vault`
    case 'era':
      return `server speaks ${refusal.speaks.join(', ') || 'nothing yet'}, asked in ${refusal.asked}`
    case 'limited':
      return `${tellQuota(refusal.quota)}, ${refusal.most} per ${refusal.window}`
  }
}

const tellLack = (lack: TokenLack): string => {
  if ('maxAgeMs' in lack) return `token older than ${lack.maxAgeMs / 1000} s`
  if ('apiKey' in lack) return 'API key where a token is demanded'
  if ('binding' in lack)
    return `token not bound to a key${lack.binding === 'any' ? '' : ` by ${lack.binding}`}`
  const asked = lack.rule === undefined ? '' : ` (rule ${lack.rule})`
  return `user not signed in by ${lack.acr.join(' or ')}${asked}`
}

const tellFailed = (failed: Extract<Refusal, { reason: 'condition' }>['failed']): string =>
  failed ? `; that of ${failed.grant} fails: ${failed.error}` : ''

export const tellDenial = (
  rule: string,
  { because, error }: Pick<Extract<Refusal, { reason: 'rule' }>, 'because' | 'error'>,
): string => `rule ${rule}: ${because}${error === undefined ? '' : `: ${error}`}`

/** What stands in the place of a rule for whoever may not read rules: that there is one is not hidden. */
export const hiddenRule = 'a rule you may not see'

/** A reason as it is written here, without the name of a rule and what went wrong in its condition. */
export const withoutRules = (reason: string): string =>
  reason
    .replace(/^rule [^:]+: .*$/s, `denied by ${hiddenRule}`)

    .replace(/^(user not signed in by [^(]*)\(rule [^)]*\)$/, `$1(${hiddenRule})`)
    .replace(/^(token lacks scope [^(]*)\(rule [^)]*\)$/, `$1(${hiddenRule})`)

/** By what they must be; where in them something stands is named by whoever called, and is not told. */
const tellProblems = (problems: Extract<Refusal, { reason: 'arguments' }>['problems']): string =>
  [...new Set(problems.map(({ message }) => message))].join(', ')

const askedBy = (rules: readonly string[]): string =>
  rules.length === 0 ? '' : ` (rule ${rules.join(', ')})`

/** A quota of a grant is named after it, with what no name of a quota holds. */
const tellQuota = (quota: string): string =>
  quota.startsWith('grant/') ? `quota of grant ${quota.slice('grant/'.length)}` : `quota ${quota}`
