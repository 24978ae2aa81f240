import { type About, hears, isOver, isWithin } from './told.ts'
import type { Answer, Call, Capability, Selector, Use, World } from './world.ts'

/** What documents say of a call, read in the plainest way: all is looked at each time, nothing is kept. */
export const naively = (world: World, call: Call): Answer => {
  const because = stop(world, call.under)
  if (because) return { reason: 'suspended', because }
  // What is listed is meant, and not the templates that make its URI; of those any that permits.
  const listed = call.uses.filter(({ of }) => of.kind === call.kind)
  const answers = (listed.length > 0 ? listed : call.uses).map((use) => judge(world, call, use))
  const isUnbound = ({ counted }: Answer) => counted?.join().includes('grant/') === false
  const permitted = answers.find(isUnbound) ?? answers.find(({ counted }) => counted)
  const told = answers.find(({ reason }) => reason !== 'unknown')
  return permitted ?? told ?? answers[0] ?? { reason: 'unknown', because: call.missing }
}

/** Of the refusals the first that is true is told. */
const judge = (world: World, call: Call, use: Use): Answer => {
  const { of } = use
  const all = [use, ...call.uses.filter((one) => one !== use)]
  const keys = all.flatMap((one) => one.of.under)
  const under = stop(world, keys)
  const has = scopesOf(world, call)
  const isMet = (when?: string) => hears({ call, use, has }, when) === true
  const reaching = grantsFor(world, call).filter(({ allow }) => selects(allow, of))
  const live = reaching.filter(({ until }) => !isOver(until, call))
  const met = live.filter(({ when = '' }) => /\b(?:args|uri)\b/.test(when) || isMet(when))
  const [grant] = [...met.filter(({ quota }) => !quota), ...met].filter(({ when }) => isMet(when))
  const broken = all.flatMap((one) => brokenBy(world, { call, use: one, has }))
  const denying = broken.find((one) => one.because !== 'not fulfilled' || !one.challenge)
  const lacks = (scope: string) => call.scopes?.includes(scope) === false
  const asked = broken.map(({ challenge = [] }) => challenge)
  const vain = asked.findIndex((all) => !all.some(lacks) || !all.every((one) => has.includes(one)))
  const needed = [...new Set([...of.scopes, ...asked.flat()])]
  const by = broken.length > 0 ? ` (rule ${namesOf(broken)})` : ''
  const refusals: readonly (readonly [is: unknown, reason: string, because: string])[] = [
    [of.class === undefined, 'unknown', 'unclassified'],
    [reaching.length === 0, 'unknown', 'no grant'],
    [live.length === 0, 'unknown', 'grant ended'],
    [met.length === 0, 'unknown', 'condition not met'],
    [of.state === 'absent', 'unknown', 'no such capability'],
    [!['published', 'deprecated'].includes(of.lifeCycle), 'unknown', 'not published'],
    [under, 'suspended', `${under}`],
    [of.state === 'held', 'held', 'definition changed'],
    [call.misfit, 'arguments', `arguments do not fit the definition: ${call.misfit}`],
    [!grant, 'condition', `condition of grant ${namesOf(met)}`],
    [denying, 'rule', `rule ${denying?.name}: ${denying?.because}`],
    [broken[vain], 'rule', `rule ${broken[vain]?.name}: not fulfilled`],
    [needed.some(lacks), 'scope', `token lacks scope ${needed.join(' ')}${by}`],
    [call.ageMs > of.maxAgeMs, 'token', `token older than ${of.maxAgeMs / 1000} s`],
  ]
  const [, reason, because = ''] = refusals.find(([is]) => is) ?? []
  if (reason) return { reason, because }
  const counting = world.quotas.filter(({ over }) => all.some((one) => selects(over, one.of)))
  const counted = [...counting.map(({ name }) => name), grant?.quota ?? []].flat()
  return { reason: 'permitted', because: `grant ${grant?.name}`, counted }
}

const namesOf = (all: readonly { name: string }[]) => all.map(({ name }) => name).join(', ')
const stop = ({ suspended }: World, keys: readonly string[]) =>
  keys.flatMap((key) => suspended[key] ?? [])[0]

export const selects = (selectors: readonly Selector[], of: Capability): boolean =>
  selectors.some(
    ({ items, classes, members, names, labels, scopes }) =>
      of.class !== undefined &&
      items?.includes(of.item) !== false &&
      classes?.includes(of.class) !== false &&
      (members ?? of.members) === of.members &&
      names?.includes(of.name) !== false &&
      labels?.every((label) => of.labels.includes(label)) !== false &&
      scopes?.every((scope) => of.scopes.includes(scope)) !== false,
  )

const grantsFor = ({ grants }: World, { holders, consumer }: Call) =>
  grants.filter((one) => holders.includes(one.holder) && one.consumer === consumer)

const scopesOf = (world: World, call: Call): readonly string[] => {
  const live = grantsFor(world, call).filter(({ until }) => !isOver(until, call))
  const granted = world.capabilities.filter((one) => live.some(({ allow }) => selects(allow, one)))
  return granted.flatMap(({ scopes }) => scopes)
}

/** The rules over a capability that a call breaks, and why. */
const brokenBy = ({ rules }: World, about: About) =>
  rules.flatMap((rule) => {
    const [isAbout, met] = [hears(about, rule.when), hears(about, rule.require)]
    const reasons: readonly (readonly [is: unknown, because: string])[] = [
      [isAbout === undefined, 'its condition fails'],
      [rule.deny, 'nobody may'],
      [rule.within && !isWithin(rule.within, about.call), 'outside its hours'],
      [rule.consumers?.includes(about.call.consumer) === false, 'not for this consumer'],
      [met === undefined, 'its condition fails'],
      [met === false, 'not fulfilled'],
    ]
    const [, because] = reasons.find(([is]) => is) ?? []
    const isOverIt = isAbout !== false && selects(rule.over, about.use.of)
    return isOverIt && because ? [{ ...rule, because }] : []
  })
