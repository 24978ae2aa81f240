import type { PlanePolicy, Policy } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { Documents, Kind } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import type { Classification } from '#domain/item-documents.ts'
import { clientId, planeId, serverName } from '#domain/name.ts'
import { type SuspensionKind, suspensionKey } from '#domain/suspension.ts'
import { type SortedMap, sortedMap } from '#lib/sorted-map.ts'
import { type Compiled, compilePlane, snapshotOf } from '#policy/compile.ts'
import { explain, type Tried } from '#policy/explain.ts'
import type { CallerView, Who } from '#policy/policy.ts'
import type { Offers } from '#policy/proposal.ts'

/** A small plane: what a test says of it, and what every document of that kind needs besides. */
export const plane = planeId('ops')
export const line = clientId('line', 'floor')

type Said<K extends Kind> = Readonly<Record<string, Partial<Documents[K]>>>
export interface Small {
  readonly servers?: Said<'Server'>
  readonly apis?: Said<'API'>
  readonly consumers?: Said<'Consumer'>
  readonly agents?: Said<'Agent'>
  readonly groups?: Said<'AgentGroup'>
  readonly grants?: Said<'Grant'>
  readonly rules?: Said<'Rule'>
  readonly quotas?: Said<'Quota'>
  readonly tests?: Said<'PolicyTest'>
  readonly of?: Partial<Documents['Plane']>
  /** `agent/line`, `capability/mes/tool/read`. */
  readonly suspended?: readonly string[]
  /** By `mes/tool/read`, what differs from a capability that is as it was pinned, or one that nobody classified. */
  readonly offered?: Readonly<Record<string, Partial<Capability>>>
}

const documentsOf = <K extends Kind>(
  kind: K,
  needed: object,
  said: Said<K> = {},
): SortedMap<Documents[K]> =>
  sortedMap(
    Object.entries(said).map(([name, one]) => [
      name,
      { apiVersion, kind, plane, name, ...needed, ...one } as unknown as Documents[K],
    ]),
  )

export const policyOf = (small: Small): PlanePolicy =>
  ({
    plane: { apiVersion, kind: 'Plane', name: plane, ...small.of },
    servers: documentsOf('Server', { owner: 'o', upstream: { runner: 'x' } }, small.servers),
    apis: documentsOf('API', { owner: 'o' }, small.apis),
    consumers: documentsOf('Consumer', {}, { floor: {}, ...small.consumers }),
    agents: documentsOf(
      'Agent',
      { owner: 'alice', consumers: ['floor'] },
      { line: {}, ...small.agents },
    ),
    agentGroups: documentsOf('AgentGroup', { agents: [] }, small.groups),
    grants: documentsOf('Grant', { consumer: 'floor', reason: 'a test' }, small.grants),
    rules: documentsOf('Rule', {}, small.rules),
    quotas: documentsOf('Quota', {}, small.quotas),
    policyTests: documentsOf('PolicyTest', {}, small.tests),
    suspensions: sortedMap(
      (small.suspended ?? []).map((key) => {
        const [kind = ''] = key.split('/')
        const [of, name] = [kind as SuspensionKind, key.slice(kind.length + 1)]
        const given = { at: 1, by: 'deniz', reason: 'a loop', revision: 2 }
        return [suspensionKey(of, name), { kind: of, name, ...given }]
      }),
    ),
    teams: sortedMap(),
    roleBindings: sortedMap(),
    credentials: sortedMap(),
    sets: sortedMap(),
    revisions: sortedMap(),
  }) as PlanePolicy

const members = { tools: 'tool', prompts: 'prompt', operations: 'operation' } as const

/** What is classified, as it was pinned; and whatever else is offered. */
export const capabilitiesOf = ({ servers, apis, offered = {} }: Small): Capability[] => {
  const found = new Map<string, Capability>()
  const put = (item: string, kind: CapabilityKind, name: string, more: Partial<Capability>) => {
    const key = `${item}/${kind}/${name}`
    const base = { server: serverName(item), kind, name, fingerprint: '', definition: {} }
    found.set(key, { ...base, state: 'pinned', ...found.get(key), ...more })
  }
  const classified = (item: string, kind: CapabilityKind, name: string, one: Classification) =>
    put(item, kind, name, { classification: one })
  for (const [item, said] of Object.entries({ ...servers, ...apis })) {
    for (const [member, kind] of Object.entries(members))
      for (const [name, one] of Object.entries(said[member as never] ?? {}))
        classified(item, kind, name, one as Classification)
    for (const [name, one] of Object.entries(('resources' in said && said.resources) || {}))
      classified(item, name.includes('{') ? 'template' : 'resource', name, one)
  }
  for (const [key, more] of Object.entries(offered)) {
    const [item = '', kind = '', ...name] = key.split('/')
    put(item, kind as CapabilityKind, name.join('/'), more)
  }
  return [...found.values()]
}

export const compiledOf = (small: Small, revision = 2): Compiled =>
  compilePlane({ plane, policy: policyOf(small), capabilities: capabilitiesOf(small), revision })

export const whoOf = (who: Partial<Who> = {}): Who => ({
  client: line,
  user: undefined,
  scopes: undefined,
  issuedAt: undefined,
  run: (now) => `run_${now}`,
  ...who,
})

export const viewOf = (small: Small, who?: Partial<Who>): CallerView => {
  const view = snapshotOf(compiledOf(small)).caller(whoOf(who))
  if (!view) throw new Error(`There is no caller ${who?.client}.`)
  return view
}

export const explained = (small: Small, tried: Partial<Tried> & Pick<Tried, 'kind' | 'name'>) =>
  explain(
    { policy: policyOf(small), snapshot: snapshotOf(compiledOf(small)) },
    { client: line, server: 'mes', args: undefined, now: 0, ...tried },
  )

export const allOf = (small: Small, revision = 2): Policy =>
  ({ revision, planes: new Map([[plane, policyOf(small)]]) }) as Policy

/** What the plane's items offer. */
export const offersOf =
  (small: Small): Offers =>
  (_, { name }) =>
    capabilitiesOf(small).filter(({ server }) => server === name)
