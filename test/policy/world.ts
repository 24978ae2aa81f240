import fc from 'fast-check'
import type { PlanePolicy } from '#change/change.ts'
import { type Capability, type CapabilityKind, capabilityKinds } from '#domain/capability.ts'
import type { Documents } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import type { Classification } from '#domain/item-documents.ts'
import { clientId, planeId, serverName } from '#domain/name.ts'
import type { Selector } from '#domain/selector.ts'
import { type Suspension, type SuspensionKind, suspensionKey } from '#domain/suspension.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import type { Moved } from '#policy/patch.ts'
import type { Decision, Permitted, Question, Who } from '#policy/policy.ts'

/** A small plane in which everything that decides may be, and steps that change it, for property tests. */
export const plane = planeId('ops')
export const agents = ['a0', 'a1']
export const consumers = ['c0', 'c1']
export const groups = ['t0', 't1']
/** `api` is an API: it has operations alone. */
export const items = ['s0', 's1', 'api']
export const offers: Readonly<Record<CapabilityKind, readonly string[]>> = {
  tool: ['read', 'write', 'drop', 'read_less'],
  prompt: ['greet'],
  resource: ['x://line/3'],
  template: ['x://{+path}', 'x://line/{line}'],
  operation: ['list', 'create'],
}
/** Derived from `read`: with what it is derived from it stands and falls. */
export const variant = { name: 'read_less', of: 'read' }
export const uris = ['x://line/3', 'x://line/4', 'x://hall/7', 'y://']
export const early = Date.UTC(2026, 0, 1, 9)
export const late = Date.UTC(2028, 0, 1, 21)

/** Conditions, and what they say of a call: an error is neither. */
export interface Told {
  readonly args: Readonly<Record<string, unknown>> | undefined
  readonly uri: string | undefined
  readonly claims: Readonly<Record<string, unknown>>
  readonly groups: readonly string[]
  readonly scopes: readonly string[]
  readonly consumer: string
  readonly class: string
}
type Says = (told: Told) => boolean | 'error'
const lineOf = (from: Readonly<Record<string, unknown>> | undefined) =>
  from && Object.hasOwn(from, 'line') ? from.line : undefined
const sameLine: Says = ({ args, claims }) => {
  const [given, own] = [lineOf(args), lineOf(claims)]
  return given === undefined || own === undefined ? 'error' : given === own
}
export const conditions: Readonly<Record<string, Says>> = {
  'args.line == caller.claims.line': sameLine,
  'has(args.line)': ({ args }) => lineOf(args) !== undefined,
  'uri.startsWith("x://line")': ({ uri }) =>
    uri === undefined ? 'error' : uri.startsWith('x://line'),
  'caller.claims.line == "3"': ({ claims }) =>
    lineOf(claims) === undefined ? 'error' : lineOf(claims) === '3',
  '"t0" in caller.groups': (told) => told.groups.includes('t0'),
  '"s.read" in caller.scopes': (told) => told.scopes.includes('s.read'),
  'consumer.name == "c0"': (told) => told.consumer === 'c0',
  'item.class == "read"': (told) => told.class === 'read',
}
export const isAboutCall = (condition: string): boolean => /\b(?:args|uri)\b/.test(condition)

/** Everything that decides, as plain maps. */
export interface World {
  timeZone: string
  readonly items: Map<string, Documents['Server'] | Documents['API']>
  readonly consumers: Map<string, Documents['Consumer']>
  readonly agents: Map<string, Documents['Agent']>
  readonly groups: Map<string, Documents['AgentGroup']>
  readonly grants: Map<string, Documents['Grant']>
  readonly rules: Map<string, Documents['Rule']>
  readonly quotas: Map<string, Documents['Quota']>
  readonly suspensions: Map<string, Suspension>
  /** What each item offers, and in which state. */
  readonly offered: Map<string, Map<string, Capability['state']>>
}
export type Step = (world: World) => Omit<Moved, 'plane'>

const head = { apiVersion, plane } as const
const someOf = <T>(all: readonly T[]) => fc.subarray([...all], { minLength: 1 })
const servers = items.filter((name) => name !== 'api')

const selector: fc.Arbitrary<Selector> = fc
  .record(
    {
      class: fc.constantFrom('read', 'write'),
      labels: fc.constant<string[]>(['floor']),
    },
    { requiredKeys: [] },
  )
  .chain((base) =>
    fc.oneof(
      fc.constant<Selector>(Object.keys(base).length > 0 ? base : { class: ['read', 'write'] }),
      fc.constantFrom(...servers).map((server) => ({ ...base, server })),
      someOf(servers).map((server) => ({ ...base, server })),
      fc.constant({ ...base, api: 'api' }),
      someOf(offers.tool).map((tools) => ({ ...base, tools })),
      someOf([...offers.resource, ...offers.template]).map((resources) => ({ ...base, resources })),
      someOf(offers.operation).map((operations) => ({ ...base, operations })),
      fc.constant<Selector>({ ...base, scopes: ['s.read'] }),
    ),
  )
const selectors = fc.array(selector, { minLength: 1, maxLength: 2 })
const condition = fc.constantFrom(...Object.keys(conditions))
const seldom = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })

/** Keys that are undefined are not there. */
const defined = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T

type Member = 'items' | 'consumers' | 'agents' | 'groups' | 'grants' | 'rules' | 'quotas'
const putOrRemove = <D extends object>(
  kind: keyof Documents,
  member: Member,
  names: readonly string[],
  body: fc.Arbitrary<D>,
): fc.Arbitrary<Step> =>
  fc
    .tuple(fc.constantFrom(...names), fc.option(body, { nil: undefined, freq: 4 }))
    .map(([name, given]) => (world) => {
      const documents = world[member] as Map<string, unknown>
      if (given === undefined) documents.delete(name)
      else documents.set(name, { ...head, kind, name, ...defined(given) })
      return { topic: 'document', kind, name }
    })

const minutes = fc.record({ minute: fc.integer({ min: 1, max: 9 }) })
const grantBody = fc
  .record({
    to: fc.constantFrom(
      { agent: 'a0' },
      { agent: 'a0' },
      { agent: 'a1' },
      { group: 't0' },
      { group: 't1' },
    ),
    consumer: fc.constantFrom('c0', 'c0', 'c1'),
    allow: selectors,
    when: seldom(condition),
    quota: seldom(minutes),
    reason: fc.constant('a test'),
    until: fc.constantFrom('2027-01-01', '2030-01-01'),
  })
  .map(({ to, ...rest }) => ({ ...to, ...rest }))
const grantStep = putOrRemove('Grant', 'grants', ['g0', 'g1', 'g2', 'g3', 'g4'], grantBody)
const demand = fc.oneof(
  fc.constant({ deny: true as const }),
  fc.record({
    require: condition,
    otherwise: seldom(
      fc.constantFrom(
        'deny' as const,
        { challenge: { scope: 's.read' } },
        { challenge: { scope: ['none.has'] } },
      ),
    ),
  }),
  fc.constantFrom(
    { within: { from: '08:00', to: '18:00' } },
    { within: { days: ['sat' as const], from: '20:00', to: '02:00' } },
  ),
  someOf(consumers).map((names) => ({ consumers: names })),
)
const ruleBody = fc
  .record({ over: selectors, when: seldom(condition), demand })
  .map(({ demand, ...rest }) => ({ ...rest, ...defined(demand) }))
const ruleStep = putOrRemove('Rule', 'rules', ['r0', 'r1', 'r2'], ruleBody)

/** Documents beside all that steps make: before them by name, and behind them. */
export const anotherGrant = fc
  .tuple(fc.constantFrom('a9', 'z9'), grantBody)
  .map(([name, body]) => ({ ...head, kind: 'Grant', name, ...defined(body) }) as Documents['Grant'])
export const anotherRule = fc
  .tuple(fc.constantFrom('a9', 'z9'), ruleBody)
  .map(([name, body]) => ({ ...head, kind: 'Rule', name, ...defined(body) }) as Documents['Rule'])
const quotaStep = putOrRemove(
  'Quota',
  'quotas',
  ['q0', 'q1'],
  fc.record({ over: selectors, per: fc.constant('agent'), allow: minutes }),
)

const classified: fc.Arbitrary<Classification> = fc
  .record({
    class: fc.constantFrom('read' as const, 'write' as const),
    scopes: seldom(fc.constant<string[]>(['s.read'])),
    labels: seldom(fc.constant<string[]>(['floor'])),
    data: seldom(fc.constant<string[]>(['floor'])),
  })
  .map((given) => defined(given) as Classification)
const said = {
  owner: fc.constantFrom('plant', 'bank'),
  labels: fc.constantFrom([], ['floor']),
  data: seldom(fc.constant(['floor'])),
  lifeCycle: fc.constantFrom(undefined, undefined, 'deprecated' as const, 'draft' as const),
  require: seldom(fc.constant({ maxTokenAge: '60s' })),
}
const variantOf = (tools: Readonly<Record<string, Classification>>) => {
  const { [variant.name]: own, ...rest } = tools
  if (!own || !rest[variant.of]) return rest
  return { ...rest, [variant.name]: { ...own, variantOf: variant.of, remove: ['$.secret'] } }
}
const serverStep = putOrRemove(
  'Server',
  'items',
  servers,
  fc.record({
    ...said,
    upstream: fc.constant({ runner: 'none' }),
    tools: fc.dictionary(fc.constantFrom(...offers.tool), classified).map(variantOf),
    resources: fc.dictionary(fc.constantFrom(...offers.resource, ...offers.template), classified),
  }),
)
const apiStep = putOrRemove(
  'API',
  'items',
  ['api'],
  fc.record({
    ...said,
    upstream: fc.constant({ url: 'https://api.example', openapi: '{}' }),
    operations: fc.dictionary(fc.constantFrom(...offers.operation), classified),
  }),
)
const agentStep = putOrRemove(
  'Agent',
  'agents',
  agents,
  fc.record({
    owner: fc.constant('alice'),
    consumers: someOf(consumers),
    claims: fc.constantFrom(undefined, { line: '3' }, { line: '4' }),
  }),
)
const groupStep = putOrRemove(
  'AgentGroup',
  'groups',
  groups,
  fc.record({ agents: fc.subarray(agents) }),
)
const consumerStep = putOrRemove('Consumer', 'consumers', consumers, fc.constant({}))
const suspensionStep: fc.Arbitrary<Step> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...agents).map((name) => ['agent', name] as const),
      fc.constantFrom(...consumers).map((name) => ['consumer', name] as const),
      fc.constantFrom(...items).map((name) => ['server', name] as const),
      fc.constantFrom('ayse', 'bob').map((name) => ['user', name] as const),
      fc.constant(['plane', plane] as const),
      fc
        .tuple(
          fc.constantFrom(...servers),
          fc.constantFrom('tool/read', 'template/x://line/{line}'),
        )
        .map(([server, rest]) => ['capability', `${server}/${rest}`] as const),
    ),
    fc.constantFrom(true, false, false),
  )
  .map(
    ([[kind, name], stands]: readonly [readonly [SuspensionKind, string], boolean]) =>
      (world) => {
        const suspension = { kind, name, at: 1, by: 'deniz', reason: 'a test', revision: 1 }
        if (stands) world.suspensions.set(suspensionKey(kind, name), suspension)
        else world.suspensions.delete(suspensionKey(kind, name))
        return { topic: 'suspension', kind, name }
      },
  )
const offeredKeys = (item: string) =>
  capabilityKinds
    .filter((kind) => (kind === 'operation') === (item === 'api'))
    .flatMap((kind) => offers[kind].map((name) => `${kind} ${name}`))
const offerStep: fc.Arbitrary<Step> = fc
  .constantFrom(...items)
  .chain((name) =>
    fc.tuple(
      fc.constant(name),
      fc.dictionary(
        fc.constantFrom(...offeredKeys(name)),
        fc.constantFrom<Capability['state'][]>('pinned', 'pinned', 'held', 'absent'),
      ),
    ),
  )
  .map(([name, states]) => (world) => {
    world.offered.set(name, new Map(Object.entries(states)))
    return { topic: 'capability', kind: '', name }
  })
const zoneStep: fc.Arbitrary<Step> = fc
  .constantFrom('UTC', 'Pacific/Kiritimati')
  .map((timeZone) => (world) => {
    world.timeZone = timeZone
    return { topic: 'document', kind: 'Plane', name: plane }
  })

export const step = fc.oneof(
  { weight: 6, arbitrary: grantStep },
  { weight: 4, arbitrary: ruleStep },
  { weight: 3, arbitrary: groupStep },
  { weight: 3, arbitrary: offerStep },
  { weight: 3, arbitrary: serverStep },
  { weight: 2, arbitrary: apiStep },
  { weight: 2, arbitrary: suspensionStep },
  { weight: 2, arbitrary: quotaStep },
  { weight: 3, arbitrary: agentStep },
  { weight: 1, arbitrary: consumerStep },
  { weight: 1, arbitrary: zoneStep },
)

/** Something of everything, so that what follows meets something. */
export const newWorld = (): World => ({
  timeZone: 'UTC',
  items: new Map<string, Documents['Server'] | Documents['API']>([
    ...servers.map((name): [string, Documents['Server']] => [name, server(name)]),
    ['api', api],
  ]),
  consumers: new Map(consumers.map((name) => [name, { ...head, kind: 'Consumer', name }])),
  agents: new Map(
    agents.map((name) => [
      name,
      { ...head, kind: 'Agent', name, owner: 'alice', consumers, claims: { line: '3' } },
    ]),
  ),
  groups: new Map([['t0', { ...head, kind: 'AgentGroup', name: 't0', agents: ['a0'] }]]),
  grants: new Map([
    ['g1', grant('g1', { group: 't0', when: 'args.line == caller.claims.line' })],
    ['g2', grant('g2', { agent: 'a1', when: '"s.read" in caller.scopes' })],
    ['g3', grant('g3', { agent: 'a0', allow: [{ server: 's1' }], quota: { minute: 3 } })],
    ['g4', grant('g4', { agent: 'a1', allow: [{ api: 'api' }] })],
  ]),
  rules: new Map([
    [
      'r1',
      {
        ...head,
        kind: 'Rule',
        name: 'r1',
        over: [{ server: 's0', class: 'read' }],
        require: '"s.read" in caller.scopes',
        otherwise: { challenge: { scope: 's.read' } },
      },
    ],
    [
      'r2',
      {
        ...head,
        kind: 'Rule',
        name: 'r2',
        over: [{ api: 'api' }],
        within: { from: '08:00', to: '18:00' },
      },
    ],
  ]),
  quotas: new Map(),
  suspensions: new Map(),
  offered: new Map(
    items.map((name) => [name, new Map(offeredKeys(name).map((key) => [key, 'pinned']))]),
  ),
})

const grant = (name: string, more: Partial<Documents['Grant']>): Documents['Grant'] => ({
  ...head,
  kind: 'Grant',
  name,
  consumer: 'c0',
  allow: [{ class: ['read', 'write'] }],
  reason: 'a test',
  until: '2030-01-01',
  ...more,
})
const read = { class: 'read' } as const
const scoped: Classification = { class: 'read', scopes: ['s.read'] }
const server = (name: string): Documents['Server'] => ({
  ...head,
  kind: 'Server',
  name,
  owner: 'plant',
  upstream: { runner: 'none' },
  ...(name === 's1' && { require: { maxTokenAge: '60s' } }),
  tools: {
    read,
    write: { class: 'write' },
    drop: scoped,
    read_less: { ...read, variantOf: 'read', remove: ['$.secret'] },
  },
  resources: { 'x://{+path}': read, 'x://line/{line}': scoped, 'x://line/3': read },
})
const api: Documents['API'] = {
  ...head,
  kind: 'API',
  name: 'api',
  owner: 'plant',
  upstream: { url: 'https://api.example', openapi: '{}' },
  operations: { list: read },
}

const ofKind = <K extends 'Server' | 'API'>(world: World, kind: K) =>
  sortedMap(
    [...world.items].flatMap(([name, one]) =>
      one.kind === kind ? [[name, one as Documents[K]] as const] : [],
    ),
  )

export const policyOf = (world: World): PlanePolicy => ({
  plane: { apiVersion, kind: 'Plane', name: plane, timeZone: world.timeZone },
  teams: sortedMap(),
  roleBindings: sortedMap(),
  servers: ofKind(world, 'Server'),
  apis: ofKind(world, 'API'),
  consumers: sortedMap(world.consumers),
  agents: sortedMap(world.agents),
  agentGroups: sortedMap(world.groups),
  grants: sortedMap(world.grants),
  rules: sortedMap(world.rules),
  quotas: sortedMap(world.quotas),
  credentials: sortedMap(),
  issuers: sortedMap(),
  policyTests: sortedMap(),
  sets: sortedMap(),
  revisions: sortedMap(),
  suspensions: sortedMap(world.suspensions),
})

const inputSchema = { type: 'object', properties: { line: { type: 'string' } } }

export const classificationIn = (
  document: Documents['Server'] | Documents['API'],
  kind: string,
  name: string,
): Classification | undefined => {
  if (document.kind === 'API') return kind === 'operation' ? document.operations?.[name] : undefined
  if (kind === 'tool') return document.tools?.[name]
  return kind === 'resource' || kind === 'template' ? document.resources?.[name] : undefined
}

export const capabilitiesOf = (world: World): Capability[] =>
  [...world.items].flatMap(([item, document]) =>
    [...(world.offered.get(item) ?? [])].map(([key, state]): Capability => {
      const [kind = '', name = ''] = key.split(' ')
      const classification = classificationIn(document, kind, name)
      return {
        server: serverName(item),
        kind: kind as CapabilityKind,
        name,
        fingerprint: '',
        definition: { inputSchema },
        state,
        ...(classification && { classification }),
      }
    }),
  )

/** Tokens as they may be: without scopes, with the one, with none that counts; of now, and old. */
const tokens = [
  { scopes: undefined, issuedAt: undefined },
  { scopes: new Set(['s.read', 'of.nothing']), issuedAt: early - 30_000 },
  { scopes: new Set(['of.nothing']), issuedAt: early - 90_000 },
]
/** Each client, on nobody's behalf and on that of a user who may be suspended; one with older tokens. */
export const callers: readonly Who[] = agents.flatMap((agent) =>
  consumers.flatMap((consumer) =>
    tokens.slice(0, agent === 'a0' && consumer === 'c0' ? tokens.length : 1).map((token, n) => ({
      client: clientId(agent, consumer),
      user: n === 1 || agent === 'a1' ? 'ayse' : undefined,
      ...token,
      run: () => 'run_1',
    })),
  ),
)

const withArgs = [undefined, {}, { line: '3' }, { line: '4' }, { line: 5 }, [7]]
const askedOf = (server: string, kind: CapabilityKind): Question[] => {
  const names = kind === 'resource' ? uris : [...offers[kind], 'none']
  const args = kind === 'tool' || kind === 'operation' ? withArgs : [undefined]
  return names.flatMap((name) => args.map((args) => ({ server, kind, name, args })))
}
export const questions: readonly Question[] = [
  ...items.flatMap((item) =>
    capabilityKinds
      .filter((kind) => (kind === 'operation') === (item === 'api'))
      .flatMap((kind) => askedOf(item, kind)),
  ),
  { server: 'api', kind: 'tool', name: 'read', args: {} },
  { server: 'nowhere', kind: 'tool', name: 'read', args: {} },
]

/** A decision and those that take over from it in turn, as plain values. */
export const unfolded = (decision: Decision): Decision[] => {
  const all: Decision[] = []
  for (let one: Decision | undefined = decision; one; ) {
    const otherwise: Permitted['otherwise'] = one.permitted ? one.otherwise : undefined
    all.push(one.permitted ? { ...one, otherwise: undefined } : one)
    one = otherwise?.()
  }
  return all
}
