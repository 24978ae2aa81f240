import { endOf } from '#domain/time.ts'
import type { Question, Who } from '#policy/policy.ts'
import { classificationIn, conditions, isAboutCall, plane, type Told, type World } from './world.ts'

/**
 * What the documents say, read in the plainest way: every grant and every rule is looked at for every
 * question, and nothing is kept. Tells how the evaluator would tell it (`told`).
 */
export const plainly = (world: World, who: Who, now: number, question: Question): string => {
  if (isStopped(world, who)) return 'suspended'
  if (!world.items.has(question.server)) return 'no such server'
  const uses = usesOf(world, question)
  const [first] = uses
  if (!first) return 'no such capability'
  const answers = (first.kind === 'resource' ? [first] : uses).map((use) =>
    plainlyUsed(world, who, now, { use, beside: uses.filter((one) => one !== use) }),
  )
  return (
    answers.find((one) => isPermission(one) && !one.includes('grant/')) ??
    answers.find(isPermission) ??
    answers.find((one) => !isHidden(one)) ??
    answers[0] ??
    'nothing'
  )
}

export const isPermission = (plain: string): boolean => plain.startsWith('permitted ')
export const isHidden = (plain: string): boolean =>
  /^(?:no such|no grant|grant ended|condition not met|unclassified|not published)/.test(plain)

const isStopped = (world: World, { client, user }: Who): boolean => {
  const [agent = '', consumer = ''] = client.split('@')
  const over = [`plane/${plane}`, `consumer/${consumer}`, `agent/${agent}`, `user/${user}`]
  return over.some((key) => world.suspensions.has(key))
}

interface Use {
  readonly item: string
  readonly kind: string
  readonly name: string
  readonly given: unknown
  readonly args: Told['args']
  readonly uri: string | undefined
}

const usesOf = (world: World, { server: item, kind, name, args: given }: Question): Use[] => {
  const stands = (of: string) => world.offered.get(item)?.has(of) === true
  const uri = kind === 'resource' ? name : undefined
  const seen = given === undefined ? undefined : isRecord(given) ? given : {}
  const own = stands(`${kind} ${name}`)
    ? [{ item, kind, name, given, uri, args: kind === 'resource' ? {} : seen }]
    : []
  if (kind !== 'resource' && (kind !== 'template' || own.length > 0)) return own
  const made = (template: string, args: Told['args']) =>
    args && stands(`template ${template}`)
      ? [{ item, kind: 'template', name: template, given: undefined, uri: name, args }]
      : []
  const line = /^x:\/\/line\/([^/{}]+)$/.exec(name)?.[1]
  const path = /^x:\/\/([^{}]+)$/.exec(name)?.[1]
  return [
    ...own,
    ...made('x://line/{line}', line === undefined ? undefined : { line }),
    ...made('x://{+path}', path === undefined ? undefined : { path }),
  ]
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

type Verdict = boolean | 'error'

const verdictOf = (world: World, who: Who, now: number, condition: string, use: Use): Verdict => {
  if (use.args === undefined && isAboutCall(condition)) return 'error'
  return conditions[condition]?.(tell(world, who, now, use)) ?? 'error'
}

/** The grants that select it, those of them that have not ended, and those by which it is met. */
const meeting = (world: World, who: Who, now: number, use: Use) => {
  const [agent = '', consumer = ''] = who.client.split('@')
  const reaching = grantsFor(world, agent, consumer).filter((one) => selects(world, one.allow, use))
  const live = reaching.filter((one) => now < endOf(one.until ?? '', world.timeZone))
  const candidates = live.filter(
    ({ when }) =>
      when === undefined || isAboutCall(when) || verdictOf(world, who, now, when, use) === true,
  )
  return { reaching, live, candidates }
}

const plainlyUsed = (
  world: World,
  who: Who,
  now: number,
  { use, beside }: { use: Use; beside: readonly Use[] },
): string => {
  const [agent = '', consumer = ''] = who.client.split('@')
  const says = (condition: string, of: Use) => verdictOf(world, who, now, condition, of)
  if (!classified(world, use)) return 'unclassified'
  const { reaching, live, candidates } = meeting(world, who, now, use)
  if (reaching.length === 0) return 'no grant'
  if (live.length === 0) return 'grant ended'
  if (candidates.length === 0) return 'condition not met'
  const document = world.items.get(use.item)
  const state = world.offered.get(use.item)?.get(`${use.kind} ${use.name}`)
  if (state === 'absent') return 'no such capability'
  if (document?.lifeCycle === 'draft') return 'not published'
  if ([use, ...beside].some((one) => isSuspended(world, one))) return 'suspended'
  if (state === 'held') return 'held'
  const { line } = { line: undefined, ...use.args }
  const misfits = use.given !== undefined && !isRecord(use.given)
  if (misfits || (use.given !== undefined && line !== undefined && typeof line !== 'string'))
    return 'arguments'
  const holding = candidates.filter(({ when }) => when === undefined || says(when, use) === true)
  const grant = holding.find(({ quota }) => !quota) ?? holding[0]
  if (!grant) return 'condition'
  const answers = [use, ...beside].map((one) => rulesOver(world, one, now, { consumer, says }))
  const denied = answers.find((one) => one.denial !== undefined)?.denial
  if (denied !== undefined) return `rule ${denied}`
  const challenges = answers.flatMap((one) => one.challenges)
  const obtainable = scopesFor(world, agent, consumer, now)
  const lacks = (scope: string) => who.scopes !== undefined && !who.scopes.has(scope)
  const vain = challenges.find(
    ({ scopes }) => !scopes.some(lacks) || !scopes.every((one) => obtainable.has(one)),
  )
  if (vain) return `rule ${vain.rule}`
  const own = classified(world, use)?.scopes ?? []
  if ([...own, ...challenges.flatMap((one) => one.scopes)].some(lacks)) return 'scope'
  if (document?.require && who.issuedAt !== undefined && now - who.issuedAt > 60_000) return 'token'
  const counting = [...world.quotas.values()]
    .filter(({ over }) => [use, ...beside].some((one) => selects(world, over, one)))
    .map((one) => `${one.name} ${one.allow.minute}`)
  if (grant.quota) counting.push(`grant/${grant.name} ${grant.quota.minute}`)
  return `permitted ${grant.name} ${counting.sort()}`
}

type Rule = World['rules'] extends Map<string, infer R> ? R : never

/** The rule that denies, by name the first; one that depends on what is not known only where no other does. */
const rulesOver = (
  world: World,
  use: Use,
  now: number,
  about: { consumer: string; says(condition: string, of: Use): Verdict },
) => {
  const certain: string[] = []
  const open: string[] = []
  const challenges: { rule: string; scopes: readonly string[] }[] = []
  for (const name of [...world.rules.keys()].sort()) {
    const rule = world.rules.get(name) as Rule
    if (!selects(world, rule.over, use)) continue
    const ask = (condition: string) => {
      const isOpen = use.args === undefined && isAboutCall(condition)
      return isOpen ? 'open' : about.says(condition, use)
    }
    const when = rule.when === undefined ? true : ask(rule.when)
    if (when === false) continue
    const verdict = when === true ? demanded(rule, now, world.timeZone, about.consumer, ask) : when
    if (verdict === true) continue
    const { otherwise } = rule
    if (verdict === 'open') open.push(name)
    else if (
      verdict === false &&
      rule.require !== undefined &&
      typeof otherwise === 'object' &&
      'scope' in otherwise.challenge
    )
      challenges.push({ rule: name, scopes: [otherwise.challenge.scope].flat() })
    else certain.push(name)
  }
  return { denial: certain[0] ?? open[0], challenges }
}

const demanded = (
  rule: Rule,
  now: number,
  timeZone: string,
  consumer: string,
  ask: (condition: string) => Verdict | 'open',
): Verdict | 'open' => {
  if (rule.require !== undefined) return ask(rule.require)
  if (rule.consumers) return rule.consumers.includes(consumer)
  return rule.within ? isWithin(rule.within, now, timeZone) : false
}

const isWithin = ({ days, from, to }: NonNullable<Rule['within']>, now: number, zone: string) => {
  const shown = (at: number) => {
    const format = { timeZone: zone, hourCycle: 'h23' } as const
    const weekday = new Intl.DateTimeFormat('en', { ...format, weekday: 'short' }).format(at)
    const time = new Intl.DateTimeFormat('en', { ...format, hour: '2-digit', minute: '2-digit' })
    return { day: weekday.toLowerCase(), time: time.format(at) }
  }
  const isOn = (day: string) => days === undefined || days.some((one) => one === day)
  const { day, time } = shown(now)
  if (from < to) return isOn(day) && from <= time && time < to
  return (isOn(day) && from <= time) || (isOn(shown(now - 86_400_000).day) && time < to)
}

type Grant = World['grants'] extends Map<string, infer G> ? G : never

const groupsOf = (world: World, agent: string): string[] =>
  [...world.groups.values()]
    .filter(({ agents }) => agents.includes(agent))
    .map(({ name }) => name)
    .sort()

const grantsFor = (world: World, agent: string, consumer: string): Grant[] => {
  const mine = groupsOf(world, agent)
  return [...world.grants.values()]
    .filter((one) => one.consumer === consumer)
    .filter((one) => one.agent === agent || mine.includes(one.group ?? ''))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

const classified = (world: World, { item, kind, name }: Pick<Use, 'item' | 'kind' | 'name'>) => {
  const document = world.items.get(item)
  return document && classificationIn(document, kind, name)
}

const selects = (
  world: World,
  selectors: Grant['allow'],
  use: Pick<Use, 'item' | 'kind' | 'name'>,
) => {
  const document = world.items.get(use.item)
  const classification = classified(world, use)
  if (!document || !classification) return false
  const labels = [document.labels, document.data, classification.labels, classification.data].flat()
  return selectors.some((one) => {
    const among = (key: 'tools' | 'resources' | 'operations', kinds: readonly string[]) =>
      one[key] === undefined || (kinds.includes(use.kind) && one[key].includes(use.name))
    const items = [one.server ?? one.api ?? []].flat()
    return (
      (items.length === 0 || items.includes(use.item)) &&
      (one.class === undefined || [one.class].flat().includes(classification.class)) &&
      (one.labels ?? []).every((label) => labels.includes(label)) &&
      (one.scopes ?? []).every((scope) => classification.scopes?.includes(scope)) &&
      among('tools', ['tool']) &&
      among('resources', ['resource', 'template']) &&
      among('operations', ['operation'])
    )
  })
}

/** Of itself, of its item, of what it is a variant of, or of a template that makes its URI. */
const isSuspended = (world: World, { item, kind, name }: Use): boolean => {
  const base = classified(world, { item, kind, name })?.variantOf
  const isMade = kind === 'resource' && /^x:\/\/line\/[^/]+$/.test(name)
  const stands = world.offered.get(item)?.has('template x://line/{line}') === true
  return [
    `server/${item}`,
    `capability/${item}/${kind}/${name}`,
    ...(base === undefined || !world.offered.get(item)?.has(`${kind} ${base}`)
      ? []
      : [`capability/${item}/${kind}/${base}`]),
    ...(isMade && stands ? [`capability/${item}/template/x://line/{line}`] : []),
  ].some((key) => world.suspensions.has(key))
}

const found = new WeakMap<World, Map<string, ReadonlySet<string>>>()

/** Scopes of what its grants select; looked for once, for a world that nobody changes any more. */
const scopesFor = (world: World, agent: string, consumer: string, now: number) => {
  const known = found.get(world) ?? new Map<string, ReadonlySet<string>>()
  found.set(world, known)
  const key = `${agent}@${consumer} ${now}`
  const scopes = known.get(key) ?? findScopes(world, agent, consumer, now)
  known.set(key, scopes)
  return scopes
}

const findScopes = (world: World, agent: string, consumer: string, now: number): Set<string> => {
  const live = grantsFor(world, agent, consumer).filter(
    (one) => now < endOf(one.until ?? '', world.timeZone),
  )
  const scopes = [...world.offered].flatMap(([item, offered]) =>
    [...offered.keys()].flatMap((key) => {
      const [kind = '', name = ''] = key.split(' ')
      const use = { item, kind, name }
      const isGranted = live.some(({ allow }) => selects(world, allow, use))
      return isGranted ? (classified(world, use)?.scopes ?? []) : []
    }),
  )
  return new Set(scopes)
}

const tell = (world: World, who: Who, now: number, { item, kind, name, args, uri }: Use): Told => {
  const [agent = '', consumer = ''] = who.client.split('@')
  const obtainable = scopesFor(world, agent, consumer, now)
  return {
    args,
    uri,
    claims: world.agents.get(agent)?.claims ?? {},
    groups: groupsOf(world, agent),
    scopes: [...obtainable].filter((one) => who.scopes === undefined || who.scopes.has(one)),
    consumer,
    class: classified(world, { item, kind, name })?.class ?? '',
  }
}

/** When the next of its grants ends; infinite where none does. */
export const plainEnd = (world: World, who: Who, now: number): number => {
  const [agent = '', consumer = ''] = who.client.split('@')
  const ends = grantsFor(world, agent, consumer).map(({ until }) =>
    endOf(until ?? '', world.timeZone),
  )
  return Math.min(...ends.filter((end) => end > now), Number.POSITIVE_INFINITY)
}

/** Whether a list shows it. */
export const plainlyListed = (
  world: World,
  who: Who,
  now: number,
  { item, kind, name }: { item: string; kind: string; name: string },
): boolean => {
  const use = { item, kind, name, given: undefined, args: undefined, uri: undefined }
  const document = world.items.get(item)
  return (
    world.offered.get(item)?.get(`${kind} ${name}`) === 'pinned' &&
    document?.lifeCycle !== 'draft' &&
    !isStopped(world, who) &&
    !isSuspended(world, use) &&
    meeting(world, who, now, use).candidates.length > 0
  )
}
