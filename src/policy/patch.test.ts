import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { PlanePolicy } from '#change/change.ts'
import { type Capability, type CapabilityKind, capabilityKinds } from '#domain/capability.ts'
import type { Documents } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import { type ClientId, clientId, planeId, serverName } from '#domain/name.ts'
import type { Selector } from '#domain/selector.ts'
import { type Suspension, type SuspensionKind, suspensionKey } from '#domain/suspension.ts'
import { endOf } from '#domain/time.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { compilePlane, type PlaneSnapshot, snapshotOf } from './compile.ts'
import type { Moved } from './patch.ts'
import type { Decision } from './policy.ts'
import { createSnapshots } from './snapshots.ts'

const plane = planeId('ops')
const agents = ['a0', 'a1']
const consumers = ['c0', 'c1']
const servers = ['s0', 's1', 's2']
const offers: Readonly<Record<CapabilityKind, readonly string[]>> = {
  tool: ['read', 'write', 'drop'],
  prompt: ['greet'],
  resource: ['x://line/1'],
  template: ['x://{+path}', 'x://line/{number}'],
  operation: [],
}
const uris = ['x://line/1', 'x://line/2', 'x://hall/7', 'y://']
const early = Date.UTC(2026, 0, 1)
const late = Date.UTC(2028, 0, 1)

/** Everything that decides, as plain maps. */
interface World {
  timeZone: string
  readonly servers: Map<string, Documents['Server']>
  readonly consumers: Map<string, Documents['Consumer']>
  readonly agents: Map<string, Documents['Agent']>
  readonly grants: Map<string, Documents['Grant']>
  readonly quotas: Map<string, Documents['Quota']>
  readonly suspensions: Map<string, Suspension>
  /** What each server offers, and in which state. */
  readonly offered: Map<string, Map<string, Capability['state']>>
}
type Step = (world: World) => Omit<Moved, 'plane'>

const head = { apiVersion, plane } as const
const someOf = <T>(all: readonly T[]) => fc.subarray([...all], { minLength: 1 })

const selector: fc.Arbitrary<Selector> = fc
  .record(
    {
      server: fc.oneof(fc.constantFrom(...servers), someOf(servers)),
      class: fc.constantFrom('read', 'write'),
      labels: fc.constant<string[]>(['floor']),
    },
    { requiredKeys: [] },
  )
  .chain((base) =>
    fc.oneof(
      fc.constant(base),
      someOf(offers.tool).map((tools) => ({ ...base, tools })),
      someOf([...offers.resource, ...offers.template]).map((resources) => ({ ...base, resources })),
    ),
  )

const putOrRemove = <D>(
  kind: 'Server' | 'Consumer' | 'Agent' | 'Grant' | 'Quota',
  member: 'servers' | 'consumers' | 'agents' | 'grants' | 'quotas',
  names: readonly string[],
  body: fc.Arbitrary<D>,
): fc.Arbitrary<Step> =>
  fc
    .tuple(fc.constantFrom(...names), fc.option(body, { nil: undefined, freq: 4 }))
    .map(([name, given]) => (world) => {
      const documents = world[member] as Map<string, unknown>
      if (given === undefined) documents.delete(name)
      else documents.set(name, { ...head, kind, name, ...given })
      return { topic: 'document', kind, name }
    })

const grantStep = putOrRemove(
  'Grant',
  'grants',
  ['g0', 'g1', 'g2', 'g3', 'g4'],
  fc.record({
    agent: fc.constantFrom('a0', 'a0', 'a1'),
    consumer: fc.constantFrom('c0', 'c0', 'c1'),
    allow: fc.array(selector, { minLength: 1, maxLength: 2 }),
    reason: fc.constant('a test'),
    until: fc.constantFrom('2027-01-01', '2030-01-01'),
  }),
)
const quotaStep = putOrRemove(
  'Quota',
  'quotas',
  ['q0', 'q1'],
  fc.record({
    over: fc.array(selector, { minLength: 1, maxLength: 2 }),
    per: fc.constant('agent'),
    allow: fc.record({ minute: fc.integer({ min: 1, max: 9 }) }),
  }),
)
const serverStep = putOrRemove(
  'Server',
  'servers',
  servers,
  fc.record({
    owner: fc.constantFrom('plant', 'bank'),
    upstream: fc.constant({ runner: 'none' }),
    labels: fc.constantFrom([], ['floor']),
    tools: fc.dictionary(
      fc.constantFrom(...offers.tool),
      fc.record({ class: fc.constantFrom('read', 'write') }),
    ),
    resources: fc.constant(
      Object.fromEntries(
        [...offers.resource, ...offers.template].map((name) => [name, { class: 'read' }]),
      ),
    ),
  }),
)
const agentStep = putOrRemove(
  'Agent',
  'agents',
  agents,
  fc.record({ owner: fc.constant('alice'), consumers: someOf(consumers) }),
)
const consumerStep = putOrRemove('Consumer', 'consumers', consumers, fc.constant({}))
const suspensionStep: fc.Arbitrary<Step> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...agents).map((name) => ['agent', name] as const),
      fc.constantFrom(...consumers).map((name) => ['consumer', name] as const),
      fc.constantFrom(...servers).map((name) => ['server', name] as const),
      fc.constant(['plane', plane] as const),
      fc.constant(['user', 'bob'] as const),
      fc
        .tuple(
          fc.constantFrom(...servers),
          fc.constantFrom('tool/read', 'template/x://line/{number}'),
        )
        .map(([server, rest]) => ['capability', `${server}/${rest}`] as const),
    ),
    fc.boolean(),
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
const offerStep: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom(...servers),
    fc.dictionary(
      fc.constantFrom(
        ...capabilityKinds.flatMap((kind) => offers[kind].map((n) => `${kind} ${n}`)),
      ),
      fc.constantFrom<Capability['state'][]>('pinned', 'pinned', 'held', 'absent'),
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
const step = fc.oneof(
  { weight: 6, arbitrary: grantStep },
  { weight: 3, arbitrary: offerStep },
  { weight: 3, arbitrary: serverStep },
  { weight: 3, arbitrary: suspensionStep },
  { weight: 2, arbitrary: quotaStep },
  { weight: 2, arbitrary: agentStep },
  { weight: 1, arbitrary: consumerStep },
  { weight: 1, arbitrary: zoneStep },
)

/** Something of everything, so that what follows meets something. */
const newWorld = (): World => ({
  timeZone: 'UTC',
  servers: new Map(
    servers.map((name) => [
      name,
      {
        ...head,
        kind: 'Server',
        name,
        owner: 'plant',
        upstream: { runner: 'none' },
        tools: { read: { class: 'read' }, write: { class: 'write' } },
        resources: { 'x://{+path}': { class: 'read' }, 'x://line/{number}': { class: 'read' } },
      },
    ]),
  ),
  consumers: new Map(consumers.map((name) => [name, { ...head, kind: 'Consumer', name }])),
  agents: new Map(
    agents.map((name) => [name, { ...head, kind: 'Agent', name, owner: 'alice', consumers }]),
  ),
  grants: new Map([
    [
      'g2',
      {
        ...head,
        kind: 'Grant',
        name: 'g2',
        agent: 'a0',
        consumer: 'c0',
        allow: [{ class: ['read', 'write'] }],
        reason: 'a test',
        until: '2030-01-01',
      },
    ],
  ]),
  quotas: new Map(),
  suspensions: new Map(),
  offered: new Map(
    servers.map((name) => [
      name,
      new Map(
        capabilityKinds.flatMap((kind) => offers[kind].map((n) => [`${kind} ${n}`, 'pinned'])),
      ),
    ]),
  ),
})

const policyOf = (world: World): PlanePolicy => ({
  plane: { apiVersion, kind: 'Plane', name: plane, timeZone: world.timeZone },
  teams: sortedMap(),
  roleBindings: sortedMap(),
  servers: sortedMap(world.servers),
  consumers: sortedMap(world.consumers),
  agents: sortedMap(world.agents),
  grants: sortedMap(world.grants),
  quotas: sortedMap(world.quotas),
  credentials: sortedMap(),
  apis: sortedMap(),
  agentGroups: sortedMap(),
  rules: sortedMap(),
  policyTests: sortedMap(),
  sets: sortedMap(),
  revisions: sortedMap(),
  suspensions: sortedMap(world.suspensions),
})

const capabilitiesOf = (world: World): Capability[] =>
  [...world.servers].flatMap(([server, document]) =>
    [...(world.offered.get(server) ?? [])].map(([key, state]): Capability => {
      const [kind = '', name = ''] = key.split(' ')
      const classification = (kind === 'tool' ? document.tools : document.resources)?.[name]
      return {
        server: serverName(server),
        kind: kind as CapabilityKind,
        name,
        fingerprint: '',
        definition: {},
        state,
        ...(classification && { classification }),
      }
    }),
  )

const clients: readonly ClientId[] = agents.flatMap((agent) =>
  consumers.map((consumer) => clientId(agent, consumer)),
)
/** On nobody's behalf, and on that of a user who may be suspended; one on that of another. */
const callers = [
  ...clients.flatMap((client) => [undefined, 'bob'].map((user) => ({ client, user }))),
  { client: clientId('a0', 'c0'), user: 'ayse' },
]
type Who = (typeof callers)[number]
const questions = [...servers, 'nowhere'].flatMap((server) =>
  capabilityKinds.flatMap((kind) =>
    [...offers[kind], 'none'].map((name) => ({ server, kind, name })),
  ),
)

/** All that can be asked of a snapshot. */
const everything = (snapshot: PlaneSnapshot) =>
  callers.map(({ client, user }) => {
    const view = snapshot.caller(client, user)
    return (
      view &&
      [early, late].map((now) => ({
        revision: view.revision,
        decisions: questions.map(({ server, kind, name }) => view.decide(server, kind, name, now)),
        resources: servers.map((server) =>
          uris.map((uri) => view.decideResource(server, uri, now)),
        ),
        lists: servers.map((server) => capabilityKinds.map((kind) => view.list(server, kind, now))),
        sees: servers.map((server) => view.sees(server, now)),
        servers: view.servers(now),
        ends: view.endsAfter(now),
        stopped: [undefined, ...servers].map((server) => view.suspension(server)),
      }))
    )
  })

/** By name alone, in the plainest way: every grant is looked at for every question. */
const plainly = (world: World, who: Who, now: number, of: (typeof questions)[number]) => {
  const [agent = '', consumer = ''] = who.client.split('@')
  const over = [`plane/${plane}`, `consumer/${consumer}`, `agent/${agent}`, `user/${who.user}`]
  for (const key of over) if (world.suspensions.has(key)) return 'suspended'
  const document = world.servers.get(of.server)
  if (!document) return 'no such server'
  const found = capabilitiesOf(world).find(
    (one) => one.server === of.server && one.kind === of.kind && one.name === of.name,
  )
  if (!found) return 'no such capability'
  if (!found.classification) return 'unclassified'
  const selected = (one: Selector) => {
    const among = (key: 'tools' | 'resources') =>
      one[key] === undefined ||
      (one[key].includes(of.name) && (key === 'tools') === (of.kind === 'tool'))
    return (
      (one.server === undefined || [one.server].flat().includes(of.server)) &&
      (one.class === undefined ||
        [one.class].flat().some((of) => of === found.classification?.class)) &&
      (one.labels === undefined || document.labels?.includes('floor') === true) &&
      among('tools') &&
      among('resources')
    )
  }
  const reaching = [...world.grants.values()].filter(
    (one) => one.agent === agent && one.consumer === consumer && one.allow.some(selected),
  )
  if (reaching.length === 0) return 'no grant'
  const live = reaching.filter((one) => one.until === '2030-01-01' || now === early)
  if (live.length === 0) return 'grant ended'
  if (found.state === 'absent') return 'no such capability'
  const keys = [`server/${of.server}`, `capability/${of.server}/${of.kind}/${of.name}`]
  if (keys.some((key) => world.suspensions.has(key))) return 'suspended'
  if (found.state === 'held') return 'definition changed'
  const counting = [...world.quotas.values()].filter((one) => one.over.some(selected))
  const permitting = live.map((one) => one.name).sort()[0]
  return `${permitting} ${counting.map((one) => `${one.name} ${one.allow.minute}`).sort()}`
}

const plainEnd = ({ grants, timeZone }: World, { client }: Who, now: number): number =>
  Math.min(
    ...[...grants.values()]
      .filter(({ agent = '', consumer, until }) => until && clientId(agent, consumer) === client)
      .map(({ until }) => endOf(until ?? '', timeZone))
      .filter((end) => end > now),
  )

const told = (decision: Decision): string => {
  if (decision.permitted) {
    const quotas = decision.quotas.map((one) => `${one.name} ${one.minute}`)
    return `${decision.permission.grant} ${quotas}`
  }
  const { refusal } = decision
  return 'because' in refusal ? refusal.because : refusal.reason
}

const check = (patched: PlaneSnapshot, world: World, revision: number): void => {
  const fresh = snapshotOf(
    compilePlane({ plane, policy: policyOf(world), capabilities: capabilitiesOf(world), revision }),
  )
  assert.deepEqual(everything(patched), everything(fresh))
  for (const who of callers) {
    const view = patched.caller(who.client, who.user)
    if (!view) continue
    for (const now of [early, late]) {
      assert.equal(view.endsAfter(now), plainEnd(world, who, now))
      const asked = questions.map((one) => ({ ...one, plain: plainly(world, who, now, one) }))
      for (const one of asked)
        assert.equal(told(view.decide(one.server, one.kind, one.name, now)), one.plain)
      for (const server of servers) {
        for (const kind of capabilityKinds) {
          const permitted = asked.filter((one) => isPermission(one.plain))
          const here = permitted.filter((one) => one.server === server && one.kind === kind)
          assert.deepEqual(
            view.list(server, kind, now).map(({ name }) => name),
            here.map(({ name }) => name).sort(),
          )
        }
        for (const uri of uris) {
          const of = (name: string, kind: CapabilityKind) =>
            plainly(world, who, now, { server, kind, name })
          const stands = (key: string) =>
            world.servers.has(server) && world.offered.get(server)?.has(key) === true
          assert.equal(told(view.decideResource(server, uri, now)), plainlyByUri(uri, of, stands))
        }
      }
    }
  }
}

const isPermission = (plain: string): boolean => /^g\d /.test(plain)

/** An exact resource; else of the templates that fit and stand there, one that is suspended, one that permits, the first. */
const plainlyByUri = (
  uri: string,
  of: (name: string, kind: CapabilityKind) => string,
  stands: (key: string) => boolean,
): string => {
  const exact = of(uri, 'resource')
  if (stands(`resource ${uri}`)) return exact
  const fitting = [
    ...(/^x:\/\/line\/\d$/.test(uri) ? ['x://line/{number}'] : []),
    ...(uri.startsWith('x://') ? ['x://{+path}'] : []),
  ]
  const answers = fitting
    .filter((name) => stands(`template ${name}`))
    .map((name) => of(name, 'template'))
  return (
    answers.find((one) => one === 'suspended') ?? answers.find(isPermission) ?? answers[0] ?? exact
  )
}

describe('A patched snapshot', () => {
  test('decides, lists and stops exactly as one compiled afresh, and as every rule read plainly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 12 }),
        (patches) => {
          const world = newWorld()
          let revision = 1
          const policy = () => ({ revision, planes: new Map([[plane, policyOf(world)]]) })
          const snapshots = createSnapshots(policy, (_, server) =>
            capabilitiesOf(world).filter((one) => server === undefined || one.server === server),
          )
          snapshots.recompile(plane)
          for (const steps of patches) {
            const before = snapshots.of(plane)
            everything(before)
            revision++
            const moved = steps.map((one): Moved => ({ plane, ...one(world) }))
            snapshots.patch(policy(), moved)
            check(snapshots.of(plane), world, revision)
          }
        },
      ),
      { numRuns: 30 },
    )
  })
})
