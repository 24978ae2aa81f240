import fc from 'fast-check'
import type { Asked, Document, Written } from './reading.ts'
import type { Kind, State } from './world.ts'

/** Random planes of a factory, with something of everything that decides, and calls in them. */
export interface RandomWorld {
  readonly written: Written
  readonly calls: readonly Asked[]
}

const head = { apiVersion: 'bailiwick/v1', plane: 'ops' } as const
const document = (kind: string, name: string, body: object): Document => ({
  ...head,
  kind,
  name,
  ...body,
})
/** Keys that are undefined are not there. */
const saying = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T
const seldom = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const mostly = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 12 })
const someOf = <T>(all: readonly T[]) => fc.subarray([...all], { minLength: 1 })

const agents: string[] = ['planner', 'welder']
const consumers = ['floor', 'office']
const users = [undefined, undefined, 'ayse', 'bob']
const names = {
  tool: ['read_line', 'set_speed', 'halt', 'read_less'],
  prompt: ['brief', 'brief_less'],
  resource: ['mes://line/3', 'mes://hall'],
  template: ['mes://line/{line}', 'mes://{+path}'],
  operation: ['listOrders', 'countOrders'],
} as const satisfies Record<Kind, readonly string[]>
const uris = ['mes://line/3', 'mes://line/4', 'mes://hall', 'mes://hall/7', 'other://x']
const bases: Readonly<Record<string, string>> = { read_less: 'read_line', brief_less: 'brief' }

/** Of a grant or a rule; of the caller, and of what is called. */
const conditions = [
  'args.line == "3"',
  'has(args.line)',
  'args.line == caller.claims.line',
  '!has(args.line) || args.line == caller.claims.line',
  'uri.startsWith("mes://line/")',
  'caller.claims.line == "3"',
  'has(caller.claims.line)',
  'caller.claims.rank >= 2',
  'caller.claims.vetted',
  '"3" in caller.claims.lines',
  '"crew" in caller.groups',
  '"mes.read" in caller.scopes',
  'consumer.name == "floor"',
  'user != null && user.name == "ayse"',
  'item.class == "read"',
  '"personal" in item.labels',
]
const condition = fc.constantFrom(...conditions)

const selectorFor = (servers: readonly string[], api: string) => {
  const kinds = fc.oneof(
    fc.constant({}),
    someOf(names.tool).map((tools) => ({ tools })),
    someOf(names.prompt).map((prompts) => ({ prompts })),
    someOf([...names.resource, ...names.template]).map((resources) => ({ resources })),
  )
  const more = fc.record(
    {
      class: fc.oneof(fc.constantFrom('read', 'write'), fc.constant(['read', 'destructive'])),
      labels: fc.constantFrom(['floor'], ['personal'], ['floor', 'personal']),
      scopes: fc.constant(['mes.read']),
    },
    { requiredKeys: [] },
  )
  const few = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 2, arbitrary: more })
  const ofServer = fc.tuple(
    fc.oneof(
      fc.constant({}),
      fc.constantFrom(...servers).map((server) => ({ server })),
    ),
    kinds,
    few,
  )
  const ofApi = fc.tuple(
    fc.constantFrom<object[]>({ api }, {}),
    fc.oneof(
      fc.constant({}),
      someOf(names.operation).map((operations) => ({ operations })),
    ),
    few,
  )
  return fc
    .oneof({ weight: 4, arbitrary: ofServer }, { weight: 1, arbitrary: ofApi })
    .map((parts): object => Object.assign({}, ...parts))
    .map((one) => (Object.keys(one).length === 0 ? { class: ['read', 'write'] } : one))
}

/** A condition about a URI is refused where what is selected is known to have none: operations are. */
const fitting = <T extends object>(
  said: T & { readonly when?: string | undefined; readonly require?: string },
  selectors: readonly object[],
): T => {
  const isOfOperations = selectors.some(
    (one) => !/server|tools|prompts|resources/.test(keysOf(one)),
  )
  if (!isOfOperations) return said
  const { when, require } = said
  const about = (text?: string) => text?.startsWith('uri') === true
  return {
    ...said,
    ...(about(when) && { when: 'has(args.line)' }),
    ...(about(require) && { require: 'has(args.line)' }),
  }
}
const keysOf = (one: object): string => Object.keys(one).join()

const classification = fc
  .record({
    class: fc.constantFrom('read', 'read', 'write', 'destructive'),
    labels: seldom(fc.constant(['floor'])),
    data: seldom(fc.constant(['personal'])),
    scopes: seldom(fc.constantFrom(['mes.read'], ['mes.more'])),
  })
  .map(saying)

/** Nobody classified what is missing; a variant needs what it is derived from. */
const classified = (all: readonly string[]) =>
  fc
    .tuple(...all.map((name) => fc.tuple(fc.constant(name), mostly(classification))))
    .map((members) => {
      const known = new Map(members)
      return Object.fromEntries(
        members.flatMap(([name, its]) => {
          const base = bases[name]
          if (!its || (base !== undefined && !known.get(base))) return []
          const derived = base === undefined ? {} : { variantOf: base, remove: ['$.secret'] }
          return [[name, { ...its, ...derived }]]
        }),
      )
    })

const said = {
  owner: fc.constantFrom('plant', 'bank'),
  labels: fc.constantFrom(undefined, ['floor']),
  data: seldom(fc.constant(['personal'])),
  lifeCycle: fc.constantFrom(
    ...[undefined, undefined, undefined, undefined, 'published', 'deprecated', 'draft', 'retired'],
  ),
  require: seldom(fc.constant({ maxTokenAge: '10m' })),
}

const hoursAround = (now: number) => {
  const at = (hours: number) => new Date(now + hours * 3_600_000).toISOString().slice(11, 16)
  return [
    { from: at(-3), to: at(3) },
    { from: at(3), to: at(9) },
    { from: at(9), to: at(3) },
  ]
}

const untils = (now: number) => {
  const at = (days: number) => new Date(now + days * 86_400_000).toISOString()
  return [undefined, at(3), at(9).slice(0, 10), at(-3), at(-9).slice(0, 10)]
}

export interface About {
  /** Where servers are reached. */
  readonly url: (server: string) => string
  /** UTC milliseconds; nothing of a world changes within hours of it. */
  readonly now: number
  /** Names of items end with it, so that no two worlds know of each other. */
  readonly suffix: string
}

const documentsOf = ({ url, now, suffix }: About): fc.Arbitrary<Document[]> => {
  const [mes, erp, orders] = [`mes${suffix}`, `erp${suffix}`, `orders${suffix}`]
  const selectors = fc.array(selectorFor([mes, erp], orders), { minLength: 1, maxLength: 2 })
  const server = (name: string) =>
    fc
      .record({
        ...said,
        upstream: fc.constant({ url: url(name) }),
        tools: classified(names.tool),
        prompts: classified(names.prompt),
        resources: classified([...names.resource, ...names.template]),
      })
      .map((body) => document('Server', name, saying(body)))
  const api = fc
    .record({
      ...said,
      upstream: fc.constant({ url: url(orders), openapi }),
      tools: fc.constant(true),
      operations: classified(names.operation),
    })
    .map((body) => document('API', orders, saying(body)))
  const agent = (name: string) =>
    fc
      .record({
        claims: fc.constantFrom(
          undefined,
          { line: '3' },
          { line: '4', rank: 1 },
          { line: '3', rank: 3, vetted: true, lines: ['3', '4'] },
        ),
      })
      .map((body) => document('Agent', name, saying({ owner: 'plant', consumers, ...body })))
  const holder: fc.Arbitrary<object> = fc
    .tuple(
      fc.constantFrom({ agent: 'planner' }, { agent: 'welder' }, { group: 'crew' }),
      fc.constantFrom(...consumers),
    )
    .map(([to, consumer]) => ({ ...to, consumer }))
  const grant = (name: string, allow = selectors, to = holder) =>
    fc
      .record({
        to,
        allow,
        when: seldom(condition),
        until: fc.constantFrom(...[1, 2, 3, 4].map(() => undefined), ...untils(now)),
        quota: seldom(fc.constant({ minute: 1_000_000 })),
      })
      .map(({ to, ...rest }) =>
        document('Grant', name, saying({ ...to, ...fitting(rest, rest.allow), reason: 'a test' })),
      )
  const all: object[] = [{ server: [mes, erp] }, { api: orders }]
  const wide = fc.constantFrom(all, all, all, [{ class: 'read' }])
  const demand: fc.Arbitrary<object> = fc.oneof(
    fc.constant({ deny: true }),
    fc.constantFrom(...hoursAround(now)).map((within) => ({ within })),
    someOf(consumers).map((names) => ({ consumers: names })),
    fc.record({ require: condition }),
    fc.record({
      require: condition,
      otherwise: fc.constantFrom(
        { challenge: { scope: 'mes.more' } },
        { challenge: { scope: ['mes.read', 'mes.more'] } },
      ),
    }),
  )
  const rule = (name: string) =>
    fc
      .record({ over: selectors, when: seldom(condition), demand })
      .map(({ demand, ...rest }) =>
        document('Rule', name, saying(fitting({ ...rest, ...demand }, rest.over))),
      )
  const quota = (name: string) =>
    selectors.map((over) =>
      document('Quota', name, { over, per: 'agent', allow: { minute: 1_000_000 } }),
    )
  const group = fc
    .subarray(agents)
    .map((members) => document('AgentGroup', 'crew', { agents: members }))
  return fc
    .tuple(
      server(mes),
      server(erp),
      api,
      ...agents.map(agent),
      group,
      grant('g1', wide, fc.constant({ agent: 'planner', consumer: 'floor' })),
      grant('g3', wide, fc.constant({ group: 'crew', consumer: 'office' })),
      grant('g8', wide, fc.constantFrom({ group: 'crew', consumer: 'floor' })),
      ...['g2', 'g4', 'g5', 'g6', 'g7'].map((name) => mostly(grant(name))),
      ...['r1', 'r2'].map((name) => fc.option(rule(name), { nil: undefined })),
      ...['q1', 'q2'].map((name) => fc.option(quota(name), { nil: undefined })),
    )
    .map((some) => [
      ...consumers.map((name) => document('Consumer', name, { owner: 'plant' })),
      ...some.filter((one) => one !== undefined),
    ])
}

const texts = ['line', 'hall'].map((name) => ({ name, in: 'query', schema: { type: 'string' } }))
const openapi = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1' },
  paths: {
    '/orders': { get: { operationId: 'listOrders', parameters: texts } },
    '/orders/count': { get: { operationId: 'countOrders', parameters: texts } },
  },
})

/** What each item offers, and in which state; a variant stands and falls with its base. */
const offeredOf = ({ suffix }: About): fc.Arbitrary<Record<string, State>> => {
  const state = fc.constantFrom<State[]>(...Array<State>(10).fill('pinned'), 'held', 'absent')
  const keys = [
    ...(['mes', 'erp'] as const).flatMap((item) =>
      (['tool', 'prompt', 'resource', 'template'] as const).flatMap((kind) =>
        names[kind].map((name) => `${item}${suffix}/${kind}/${name}`),
      ),
    ),
  ]
  // What an API has stands in its document, as it is.
  const operations = names.operation.map((name): [string, State] => [
    `orders${suffix}/operation/${name}`,
    'pinned',
  ])
  return fc.tuple(...keys.map((key) => fc.tuple(fc.constant(key), state))).map((all) => {
    const known = new Map(all)
    const ofServers = all.map(([key, own]): [string, State] => {
      const name = key.slice(key.lastIndexOf('/') + 1)
      const base = bases[name]
      return [key, base === undefined ? own : (known.get(key.replace(name, base)) ?? own)]
    })
    return Object.fromEntries<State>([...ofServers, ...operations])
  })
}

const suspendedOf = ({ suffix }: About) => {
  const mes = `mes${suffix}`
  const keys = [
    'agent/planner',
    'consumer/office',
    'user/bob',
    `server/${mes}`,
    `capability/${mes}/tool/read_line`,
    `capability/${mes}/prompt/brief_less`,
    `capability/${mes}/template/mes://line/{line}`,
  ]
  const told = (key: string) => `${key.replace('/', ' ')} suspended by deniz: a test`
  return fc
    .oneof(
      { weight: 2, arbitrary: fc.constant<string[]>([]) },
      { weight: 1, arbitrary: fc.subarray(keys, { minLength: 1, maxLength: 2 }) },
    )
    .map((some) => Object.fromEntries(some.map((key: string) => [key, told(key)])))
}

const askedOf = ({ now, suffix }: About): fc.Arbitrary<Asked> => {
  const args = fc.constantFrom<unknown[]>(
    {},
    { line: '3' },
    { line: '3' },
    { line: '4' },
    { line: 5 },
    [7],
  )
  const item = fc.constantFrom('mes', 'mes', 'erp').map((name) => name + suffix)
  const calls = (kind: Kind, all: readonly string[]) =>
    fc.record({ kind: fc.constant(kind), name: fc.constantFrom(...all), item, args })
  const reads = fc.record({
    kind: fc.constant<Kind>('resource'),
    name: fc.constantFrom(...uris),
    item,
  })
  const what = fc.oneof(
    { weight: 12, arbitrary: calls('tool', names.tool) },
    { weight: 5, arbitrary: calls('prompt', names.prompt) },
    { weight: 7, arbitrary: reads },
    {
      weight: 4,
      arbitrary: calls('operation', names.operation).map((one) => ({
        ...one,
        item: `orders${suffix}`,
      })),
    },
    { weight: 1, arbitrary: calls('tool', ['none']) },
    {
      weight: 1,
      arbitrary: calls('tool', ['read_line']).map((one) => ({ ...one, item: 'nowhere' })),
    },
  )
  const who = fc.record({
    agent: fc.constantFrom(...agents, 'planner'),
    consumer: fc.constantFrom(...consumers, 'floor', 'floor'),
    user: fc.constantFrom(...users),
    scopes: fc.constantFrom(undefined, ['mes.read'], ['mes.read', 'mes.more'], ['of.nothing']),
    ageMs: fc.constantFrom(0, 0, 0, 30 * 60_000),
  })
  return fc.tuple(who, what).map(([caller, call]) => ({ ...caller, ...call, now }))
}

/** The same call is asked once. */
export const worldOf = (about: About, calls: number): fc.Arbitrary<RandomWorld> =>
  fc.record({
    written: fc.record({
      timeZone: fc.constant('UTC'),
      documents: documentsOf(about),
      offered: offeredOf(about),
      suspended: suspendedOf(about),
    }),
    calls: fc.uniqueArray(askedOf(about), {
      minLength: calls,
      maxLength: calls,
      selector: (one) => JSON.stringify(one),
      size: 'max',
    }),
  })
