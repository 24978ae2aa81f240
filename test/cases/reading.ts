import type {
  Call,
  Capability,
  Grant,
  Hours,
  Kind,
  Rule,
  Selector,
  State,
  Use,
  World,
} from './world.ts'

/** Documents as they are written, what servers offer, and what is suspended. */
export interface Written {
  readonly timeZone: string
  readonly documents: readonly Document[]
  /** `mes/tool/read_line` of everything that is or was offered. */
  readonly offered: Readonly<Record<string, State>>
  /** `agent/planner`, and what is told of it. */
  readonly suspended: Readonly<Record<string, string>>
}
export type Document = Said & { readonly kind: string; readonly name: string }

/** A call as it is written. */
export interface Asked {
  readonly agent: string
  readonly consumer: string
  readonly user?: string | undefined
  readonly scopes?: readonly string[] | undefined
  readonly ageMs?: number | undefined
  readonly item: string
  readonly kind: Kind
  readonly name: string
  readonly args?: unknown
  readonly now: number
}

type Said = Readonly<Record<string, unknown>>
const isSaid = (value: unknown): value is Said =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const saidBy = (value: unknown): Said => (isSaid(value) ? value : {})
const listOf = (value: unknown): readonly string[] => [value ?? []].flat() as string[]
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined
/** Without the members that are undefined. */
const saying = <T extends object>(given: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T

const ofKind = ({ documents }: Written, ...kinds: readonly string[]) =>
  documents.filter(({ kind }) => kinds.includes(kind)).sort((a, b) => (a.name < b.name ? -1 : 1))

export const readWorld = (written: Written): World => ({
  capabilities: ofKind(written, 'Server', 'API').flatMap((item) => capabilitiesOf(written, item)),
  grants: ofKind(written, 'Grant').map(readGrant),
  rules: ofKind(written, 'Rule').map(readRule),
  quotas: ofKind(written, 'Quota').map(({ name, over }) => ({ name, over: readSelectors(over) })),
  suspended: written.suspended,
})

const membersOf = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  template: 'resources',
  operation: 'operations',
} as const

const capabilitiesOf = ({ offered }: Written, item: Document): Capability[] =>
  Object.entries(offered).flatMap(([key, state]) => {
    const [of = '', kind = '', ...rest] = key.split('/')
    if (of !== item.name) return []
    const about = { kind: kind as Kind, name: rest.join('/'), state }
    return [readCapability(item, about, (base) => offered[`${of}/${kind}/${base}`] !== undefined)]
  })

const readCapability = (
  item: Document,
  about: Pick<Capability, 'kind' | 'name' | 'state'>,
  stands: (base: string) => boolean,
): Capability => {
  const members = membersOf[about.kind]
  const its = saidBy(saidBy(item[members])[about.name])
  const { maxTokenAge } = saidBy(item.require)
  const keys = [about.name, ...listOf(its.variantOf).filter(stands)]
  return {
    ...about,
    item: item.name,
    members,
    class: textOf(its.class),
    labels: [item.labels, item.data, its.labels, its.data].flatMap(listOf),
    scopes: listOf(its.scopes),
    variantOf: textOf(its.variantOf),
    owner: textOf(item.owner) ?? '',
    lifeCycle: textOf(item.lifeCycle) ?? 'published',
    maxAgeMs:
      maxTokenAge === undefined ? Number.POSITIVE_INFINITY : durationMs(String(maxTokenAge)),
    under: [
      `server/${item.name}`,
      ...keys.map((name) => `capability/${item.name}/${about.kind}/${name}`),
    ],
  }
}
/** `60s`, `5m` */
const durationMs = (written: string): number =>
  Number.parseInt(written, 10) * (written.endsWith('m') ? 60_000 : 1000)

const readSelectors = (written: unknown): Selector[] =>
  (written as readonly Said[]).map(({ server, api, class: classes, labels, scopes, ...named }) => {
    const [members] = Object.keys(named)
    const item = server ?? api
    return saying<Selector>({
      items: item === undefined ? undefined : listOf(item),
      classes: classes === undefined ? undefined : listOf(classes),
      members,
      names: members === undefined ? undefined : listOf(named[members]),
      labels: labels as readonly string[] | undefined,
      scopes: scopes as readonly string[] | undefined,
    })
  })

const readGrant = ({ name, agent, group, consumer, allow, when, until, quota }: Document): Grant =>
  saying<Grant>({
    name,
    holder: agent === undefined ? `group/${group}` : `agent/${agent}`,
    consumer: String(consumer),
    allow: readSelectors(allow),
    when: textOf(when),
    until: textOf(until),
    quota: quota === undefined ? undefined : `grant/${name}`,
  })

const readRule = ({ name, over, when, require, otherwise, ...said }: Document): Rule =>
  saying<Rule>({
    name,
    over: readSelectors(over),
    when: textOf(when),
    deny: said.deny === true || undefined,
    require: textOf(require),
    within: said.within as Hours | undefined,
    consumers: said.consumers as readonly string[] | undefined,
    challenge: isSaid(otherwise) ? listOf(saidBy(otherwise.challenge).scope) : undefined,
  })

export const readCall = (written: Written, world: World, asked: Asked): Call => {
  const { agent, consumer, user, item, kind, now } = asked
  const groups = ofKind(written, 'AgentGroup').filter(({ agents }) =>
    listOf(agents).includes(agent),
  )
  const names = groups.map(({ name }) => name)
  const [document] = ofKind(written, 'Agent').filter(({ name }) => name === agent)
  const [actsFor] = ofKind(written, 'Consumer').filter(({ name }) => name === consumer)
  const isItem = ofKind(written, 'Server', 'API').some(({ name }) => name === item)
  return {
    under: ['plane/ops', `consumer/${consumer}`, `agent/${agent}`, `user/${user}`],
    holders: [`agent/${agent}`, ...names.map((group) => `group/${group}`)],
    consumer,
    speaker: {
      caller: {
        agent,
        owner: textOf(document?.owner) ?? '',
        claims: saidBy(document?.claims),
        groups: names,
      },
      consumer: { name: consumer, owner: textOf(actsFor?.owner) ?? '' },
      user: user === undefined ? null : { name: user },
    },
    scopes: asked.scopes,
    ageMs: asked.ageMs ?? 0,
    kind,
    uses: usesOf(world, asked),
    missing: isItem ? 'no such capability' : 'no such server',
    misfit: misfitOf(asked),
    now,
    wall: wallOf(now, written.timeZone),
  }
}

const usesOf = ({ capabilities }: World, { item, kind, name, args }: Asked): Use[] => {
  const here = capabilities.filter((one) => one.item === item)
  const isUri = kind === 'resource'
  const read = isUri ? { args: {}, uri: name } : { args: saidBy(args), uri: undefined }
  const own = here.filter((one) => one.kind === kind && one.name === name)
  const made = isUri ? here.filter((one) => one.kind === 'template') : []
  const byName = made.sort((a, b) => (a.name < b.name ? -1 : 1))
  return [
    ...own.map((of): Use => ({ of, ...read })),
    ...byName.flatMap((of): Use[] => {
      const found = patternOf(of.name).exec(name)
      return found ? [{ of, args: { ...found.groups }, uri: name }] : []
    }),
  ]
}

/** RFC 6570: `{line}` is a segment, `{+path}` some of them. */
const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template.replaceAll(/\{(\+?)(\w+)\}/g, (_, plus, name) => `(?<${name}>${plus ? '.' : '[^/]'}+)`)}$`,
  )

/** All that takes arguments here takes one, which is a text: `line`. */
const misfitOf = ({ kind, args }: Asked): string | undefined => {
  if (kind === 'resource' || kind === 'template') return undefined
  if (!isSaid(args)) return 'must be an object'
  if (!('line' in args) || typeof args.line === 'string') return undefined
  return kind === 'prompt' ? 'must be a string' : 'must be string'
}

const dayMs = 86_400_000
const wallOf = (now: number, timeZone: string): Call['wall'] => {
  const shown = (at: number, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-CA', { timeZone, hourCycle: 'h23', ...options }).format(at)
  const dayAt = (at: number) => shown(at, { weekday: 'short' }).slice(0, 3).toLowerCase()
  return {
    date: shown(now, { year: 'numeric', month: '2-digit', day: '2-digit' }),
    time: shown(now, { hour: '2-digit', minute: '2-digit' }),
    day: dayAt(now),
    dayBefore: dayAt(now - dayMs),
  }
}
