import type { Name } from './dimensions.ts'

type All = Readonly<Record<Name, string>>
type Phrases = Readonly<Partial<Record<Name, Readonly<Record<string, string>>>>>

const before: Phrases = {
  definition: { held: 'a held', gone: 'a vanished' },
}
/** What is not the plainest is said. */
const after: Phrases = {
  variant: { 'it has one': 'with a variant', 'it is one': 'that is a variant' },
  label: {
    'of its item': 'labelled with its item',
    'its own': 'labelled by itself',
    'a data class': 'of a data class',
  },
  scope: {
    'in the token': 'whose scope the token has',
    implied: 'whose scope is implied',
    'not in the token': 'whose scope the token lacks',
  },
  'life cycle': {
    published: 'of what is published',
    deprecated: 'of what is deprecated',
    draft: 'of a draft',
    review: 'of what is in review',
    retired: 'of what is retired',
  },
}
const calls: Phrases = {
  user: { somebody: 'on behalf of somebody' },
  arguments: { 'not in order': 'with arguments that do not fit' },
  'age of the token': { young: 'with a token young enough', 'too old': 'with too old a token' },
  suspended: {
    'another agent': 'while another agent is suspended',
    'the agent': 'while its agent is suspended',
    'its consumer': 'while its consumer is suspended',
    'its user': 'while its user is suspended',
    'the plane': 'while the plane is suspended',
    'the item': 'while its item is suspended',
    'the capability': 'while it is suspended',
    'what it is a variant of': 'while what it is a variant of is suspended',
  },
}
const selectors: Readonly<Record<string, string>> = {
  item: 'its item',
  name: 'its name',
  class: 'its class',
  label: 'its label',
  scope: 'its scope',
}
const grants: Phrases = {
  holder: {
    'its group': 'a group',
    'another agent': 'another agent',
    'another group': 'a group it is not in',
  },
  consumer: { 'another of its': 'another consumer of it', 'one of two': 'one of its consumers' },
  end: {
    'a day': 'until a day',
    'an instant': 'until a second from now',
    today: 'until today',
    yesterday: 'until yesterday',
    'a past instant': 'until now',
  },
  quota: { 'of the grant': 'with a quota of its own', both: 'with a quota of its own' },
}
const rules: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'says nothing': {
    require: 'a rule’s demand is met',
    challenge: 'a rule’s demand is met',
    within: 'it is within a rule’s hours',
    consumers: 'a rule is for its consumer',
  },
  'is not about it': {
    deny: 'a rule that denies is not about it',
    require: 'a rule that demands is not about it',
    challenge: 'a rule that challenges is not about it',
    within: 'a rule of hours is not about it',
    consumers: 'a rule for consumers is not about it',
  },
  denies: {
    deny: 'a rule denies it to everybody',
    require: 'a rule’s demand is not met',
    challenge: 'a rule’s demand is not met and asks for a scope',
    within: 'it is outside a rule’s hours',
    consumers: 'a rule is for another consumer',
  },
  fails: {
    deny: 'it cannot be told whether a rule that denies is about it',
    require: 'it cannot be told whether a rule’s demand is met',
    challenge: 'it cannot be told whether a rule’s demand is met',
    within: 'it cannot be told whether a rule of hours is about it',
    consumers: 'it cannot be told whether a rule for consumers is about it',
  },
}

const phrase = (phrases: Phrases, values: All): string[] =>
  Object.entries(phrases).flatMap(([name, by]) => by[values[name as Name]] ?? [])

/** What meets in a case, for people: the plainest of each dimension goes without saying. */
export const sentenceOf = (values: All): string => {
  const noun = [...phrase(before, values), values.class, values.capability].join(' ')
  const { condition, selector, beside } = values
  const isIt = values['what is selected'] === 'it'
  const is = { true: 'is true', untrue: 'is untrue', fails: 'fails' }[values['the condition is']]
  const granted = [
    isIt ? 'granted by' : 'not selected by',
    selectors[selector],
    ...phrase(grants, values).map((one) => (/^(?:until|with)/.test(one) ? one : `to ${one}`)),
    ...(condition === 'none' ? [] : [`where a condition ${condition} ${is}`]),
    ...(beside === 'an ended one' ? ['beside a grant that ended'] : []),
    ...(beside === 'another one' ? ['beside another grant'] : []),
  ]
  const parts = [
    [noun, ...phrase(after, values)].join(' '),
    phrase(calls, values).join(' '),
    granted.join(' '),
    rules[values['the rule']]?.[values.rule] ?? '',
    values['time zone'] === 'UTC' ? '' : `in ${values['time zone']}`,
  ]
  return parts.filter((one) => one !== '').join('; ')
}
