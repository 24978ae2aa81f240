import type { CaseText } from './case.ts'
import type { Name } from './dimensions.ts'

/** Writes a case that has these values: the plainest plane in which they meet. */
type All = Readonly<Record<Name, string>>
type Said = Record<string, unknown>

/** By kind of capability: the member of its item, its name, what it is called by, its base and its variant. */
const kinds = {
  tool: {
    members: 'tools',
    name: 'read_line',
    call: 'read_line',
    whole: 'read_all',
    less: 'read_less',
  },
  prompt: {
    members: 'prompts',
    name: 'brief',
    call: 'brief',
    whole: 'brief_all',
    less: 'brief_less',
  },
  resource: {
    members: 'resources',
    name: 'mes://line3/state',
    call: 'mes://line3/state',
    whole: 'mes://line3/all',
    less: 'mes://line3/less',
  },
  template: {
    members: 'resources',
    name: 'mes://line{line}/state',
    call: 'mes://line3/state',
    whole: 'mes://line{line}/all',
    less: 'mes://line{line}/less',
  },
  operation: {
    members: 'operations',
    name: 'listOrders',
    call: 'listOrders',
    whole: 'listAll',
    less: 'listLess',
  },
} as const

const claims: Readonly<Record<string, Said>> = {
  none: {},
  text: { line: '3' },
  number: { rank: 3 },
  flag: { vetted: true },
  list: { lines: ['3', '4'] },
}
/** Of the caller, by what it claims. */
const ofCaller: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  none: {
    true: '!has(caller.claims.line)',
    untrue: 'has(caller.claims.line)',
    fails: 'caller.claims.line == "3"',
  },
  text: {
    true: 'caller.claims.line == "3"',
    untrue: 'caller.claims.line == "4"',
    fails: 'caller.claims.line > 2',
  },
  number: {
    true: 'caller.claims.rank >= 2',
    untrue: 'caller.claims.rank > 5',
    fails: 'caller.claims.rank.startsWith("3")',
  },
  flag: {
    true: 'caller.claims.vetted',
    untrue: '!caller.claims.vetted',
    fails: 'caller.claims.vetted > 1',
  },
  list: {
    true: '"3" in caller.claims.lines',
    untrue: '"5" in caller.claims.lines',
    fails: 'caller.claims.lines > 1',
  },
}
const ofArguments: Readonly<Record<string, string>> = {
  true: 'has(args.line)',
  untrue: 'args.line == "4"',
  fails: 'args.hall == "3"',
}
const ofUri: Readonly<Record<string, string>> = {
  true: 'uri.startsWith("mes://line3/")',
  untrue: 'uri.startsWith("mes://line4/")',
  fails: 'uri == caller.claims.home',
}

/** Half past twelve on a Wednesday in London, in places where it is another time or another day. */
const zones: Readonly<
  Record<string, { today: string; yesterday: string; open: Said; shut: Said }>
> = {
  UTC: {
    today: '2026-11-25',
    yesterday: '2026-11-24',
    open: { days: ['wed'], from: '08:00', to: '18:00' },
    shut: { from: '18:00', to: '08:00' },
  },
  'Pacific/Kiritimati': {
    today: '2026-11-26',
    yesterday: '2026-11-25',
    open: { days: ['wed'], from: '22:00', to: '06:00' },
    shut: { days: ['thu'], from: '22:00', to: '06:00' },
  },
  'America/Los_Angeles': {
    today: '2026-11-25',
    yesterday: '2026-11-24',
    open: { from: '04:00', to: '05:00' },
    shut: { days: ['tue', 'thu', 'fri'], from: '00:00', to: '24:00' },
  },
}

/** Without the members that are undefined. */
const saying = (said: Said): Said =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
const when = <T>(is: boolean, then: T): T | undefined => (is ? then : undefined)
/** Undefined where there is nothing in it. */
const some = (said: Said): Said | undefined => when(Object.keys(said).length > 0, said)

type Kind = keyof typeof kinds
const itemName = (kind: Kind): Said =>
  kind === 'operation' ? { api: 'orders' } : { server: 'mes' }
const keyOf = (kind: Kind): string => `${kind}/${kinds[kind].name}`

export const compose = (values: All): Omit<CaseText, 'it' | 'expect'> => {
  const kind = values.capability as Kind
  const isOperation = kind === 'operation'
  const adjust = { adjust: { class: 'write', scopes: ['mes.more'] } }
  const more = values.rule === 'challenge' ? { tools: adjust } : {}
  const item = itemOf(values, kind)
  const groups = { 'its group': ['planner'], 'another group': ['other'] }[values.holder]
  const few = { over: [itemName(kind)], allow: { minute: 9 } }
  const suspended = suspendedOf(values, kind)
  return saying({
    timeZone: when(values['time zone'] !== 'UTC', values['time zone']),
    server: some(isOperation ? more : merged(more, item)),
    api: when(isOperation, item),
    agent: some(
      saying({
        consumers: when(values.consumer !== 'its only one', ['floor', 'office']),
        claims: some(claims[values.claim] ?? {}),
      }),
    ),
    groups: groups && { crew: groups },
    grants: grantsOf(values, kind),
    rules: when(values.rule !== 'none', rulesOf(values, kind)),
    quotas: when(values.quota === 'over it' || values.quota === 'both', { few }),
    suspended: suspended && [suspended],
    held: when(values.definition === 'held', [keyOf(kind)]),
    gone: when(values.definition === 'gone', [keyOf(kind)]),
    unclassified: when(values.class === 'unclassified', [keyOf(kind)]),
    call: callOf(values, kind),
  }) as unknown as Omit<CaseText, 'it' | 'expect'>
}

/** Both may have tools. */
const merged = (more: Said, item: Said): Said => ({
  ...item,
  ...more,
  ...(item.tools && more.tools ? { tools: { ...item.tools, ...more.tools } } : {}),
})

const itemOf = (values: All, kind: Kind): Said => {
  const { members, name, whole, less } = kinds[kind]
  const of = {
    class: values.class,
    labels: when(values.label === 'its own', ['floor']),
    data: when(values.label === 'a data class' && values.class !== 'unclassified', ['floor']),
    scopes: when(values.scope !== 'none', ['mes.read']),
  }
  const remove = ['$.secret']
  const variants: Record<string, Said> = {
    none: { [name]: saying(of) },
    'it has one': {
      [name]: saying(of),
      [less]: { class: values.class, variantOf: name, remove },
    },
    'it is one': {
      [whole]: { class: values.class },
      [name]: saying({ ...of, variantOf: whole, remove }),
    },
  }
  return saying({
    lifeCycle: when(values['life cycle'] !== 'unsaid', values['life cycle']),
    labels: when(values.label === 'of its item', ['floor']),
    data: when(values.label === 'a data class' && values.class === 'unclassified', ['floor']),
    require: when(values['age of the token'] !== 'not asked', { maxTokenAge: '60s' }),
    [members]: when(values.class !== 'unclassified', variants[values.variant]),
  })
}

const selectorOf = (values: All, kind: Kind): Said => {
  const { members, name } = kinds[kind]
  const isIt = values['what is selected'] === 'it'
  const other = kind === 'operation' ? { api: 'another' } : { server: 'another' }
  const otherClass = values.class === 'read' ? 'write' : 'read'
  const selectors: Record<string, Said> = {
    item: isIt ? itemName(kind) : other,
    name: { [members]: [isIt ? name : 'mes://another'] },
    class: { class: isIt ? values.class : otherClass },
    label: { labels: [isIt ? 'floor' : 'cellar'] },
    scope: { scopes: [isIt ? 'mes.read' : 'mes.write'] },
  }
  return selectors[values.selector] ?? {}
}

const conditionOf = (values: All, kind: Kind): string | undefined => {
  const is = values['the condition is']
  if (values.condition === 'none') return undefined
  if (values.condition === 'of the caller') return ofCaller[values.claim]?.[is]
  return (kind === 'resource' ? ofUri : ofArguments)[is]
}

const grantsOf = (values: All, kind: Kind): Said => {
  const { today, yesterday } = zones[values['time zone']] ?? { today: '', yesterday: '' }
  const until = {
    none: undefined,
    today,
    yesterday,
    'a day': '2027-06-30',
    'an instant': '2026-11-25T12:30:01Z',
    'a past instant': '2026-11-25T12:30:00Z',
  }[values.end]
  const to = { 'the agent': {}, 'another agent': { agent: 'other' } }[values.holder]
  const reads = saying({
    ...(to ?? { group: 'crew' }),
    consumer: when(values.consumer === 'another of its', 'office'),
    allow: [selectorOf(values, kind)],
    when: conditionOf(values, kind),
    until,
    quota: when(values.quota === 'of the grant' || values.quota === 'both', { minute: 5 }),
  })
  return saying({
    reads,
    before: when(values.beside === 'an ended one', {
      allow: [itemName(kind)],
      until: '2026-01-01',
    }),
    spare: when(values.beside === 'another one', { allow: [itemName(kind)] }),
    wider: when(values.rule === 'challenge', { allow: [{ tools: ['adjust'] }] }),
  })
}

const rulesOf = (values: All, kind: Kind): Said => {
  const over = [itemName(kind)]
  const says = values['the rule']
  const { true: holds, untrue, fails } = ofCaller[values.claim] ?? {}
  const isTrue = says !== 'denies'
  const asked = { 'says nothing': holds, 'is not about it': untrue, denies: untrue, fails }[says]
  const about = { 'is not about it': untrue, fails }[says]
  const { open, shut } = zones[values['time zone']] ?? {}
  const within = says === 'says nothing' ? open : shut
  const consumers = says === 'says nothing' ? ['floor'] : ['office']
  const otherwise = { challenge: { scope: 'mes.more' } }
  const asks = says === 'is not about it' ? { when: untrue } : {}
  const rules: Record<string, Said> = {
    deny: { never: saying({ over, when: about, deny: true }) },
    require: { needs: { over, ...asks, require: asked } },
    challenge: { asks: { over, ...asks, require: asked, otherwise } },
    within: { hours: saying({ over, when: about, within: isTrue ? within : shut }) },
    consumers: { only: saying({ over, when: about, consumers }) },
  }
  return rules[values.rule] ?? {}
}

const suspendedOf = (values: All, kind: Kind): string | undefined => {
  const item = kind === 'operation' ? 'orders' : 'mes'
  const own = `capability/${item}/${kind}`
  const keys: Record<string, string> = {
    'another agent': 'agent/other',
    'the agent': 'agent/planner',
    'its consumer': 'consumer/floor',
    'its user': 'user/ayse',
    'the plane': 'plane/ops',
    'the item': `server/${item}`,
    'the capability': `${own}/${kinds[kind].name}`,
    'what it is a variant of': `${own}/${kinds[kind].whole}`,
  }
  return keys[values.suspended]
}

const callOf = (values: All, kind: Kind): Said => {
  const isByUri = kind === 'resource' || kind === 'template'
  const line = values.arguments === 'in order' ? '3' : 3
  const scopes = { 'in the token': ['mes.read'], 'not in the token': ['of.nothing'] }[values.scope]
  const ages = { 'not asked': undefined, young: '30s', 'too old': '90s' }
  return saying({
    [isByUri ? 'resource' : kind]: kinds[kind].call,
    args: when(!isByUri, { line }),
    user: when(values.user === 'somebody', 'ayse'),
    scopes,
    age: ages[values['age of the token'] as keyof typeof ages],
  })
}
