import type { Refusal } from './decision.ts'
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
      return `condition of grant ${refusal.grants.join(', ')}`
    case 'rule':
      return `rule ${refusal.rule}: ${refusal.because}`
    case 'scope':
      return `token lacks scope ${refusal.scopes.join(' ')}${askedBy(refusal.rules)}`
    case 'token':
      return `token older than ${refusal.maxAgeMs / 1000} s`
    case 'credential':
      return `the credential of ${refusal.server} is not in the vault`
    case 'era':
      return `server speaks ${refusal.speaks.join(', ') || 'nothing yet'}, asked in ${refusal.asked}`
    case 'limited':
      return `${tellQuota(refusal.quota)}, ${refusal.most} per ${refusal.window}`
  }
}

/** By what they must be; where in them something stands is named by whoever called, and is not told. */
const tellProblems = (problems: Extract<Refusal, { reason: 'arguments' }>['problems']): string =>
  [...new Set(problems.map(({ message }) => message))].join(', ')

const askedBy = (rules: readonly string[]): string =>
  rules.length === 0 ? '' : ` (rule ${rules.join(', ')})`

/** A quota of a grant is named after it, with what no name of a quota holds. */
const tellQuota = (quota: string): string =>
  quota.startsWith('grant/') ? `quota of grant ${quota.slice('grant/'.length)}` : `quota ${quota}`
