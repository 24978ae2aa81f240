import { toYaml } from '#change/canonical.ts'
import type { PlanePolicy } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { GrantDocument } from '#domain/documents.ts'
import { type ClientId, splitClientId } from '#domain/name.ts'
import type { Selector } from '#domain/selector.ts'
import { endOf } from '#domain/time.ts'
import { compileSelectors } from './select.ts'
import { labelsOf } from './served.ts'

/** One cell of the matrix, as somebody would have it. */
export interface CellEdit {
  readonly client: ClientId
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  /** False: no grant is to reach it. */
  readonly allow: boolean
}

/** A grant as it is and as it would be. */
export interface Regrant {
  readonly op: 'add' | 'narrow' | 'end'
  readonly name: string
  readonly before: GrantDocument | undefined
  readonly after: GrantDocument
  /** It selected by class, label or scope, and would name what that selects today: nothing new comes in. */
  readonly isFrozen: boolean
}

/** A cell that no document of ours can make so, and what stands in the way. */
export interface Unchangeable extends CellEdit {
  readonly because: string
}

export interface Regranted {
  readonly changes: readonly Regrant[]
  readonly cannot: readonly Unchangeable[]
}

interface About {
  /** All that the items of the plane offer. */
  readonly capabilities: readonly Capability[]
  readonly now: number
  readonly reason: string
  readonly until: string | undefined
  /** The revision that it is made on: new grants are named after it. */
  readonly revision: number
}

/**
 * The grants that make cells of the matrix what they are wanted to be. What is allowed becomes one new
 * grant for each agent and consumer; what is taken away is taken out of every grant that reaches it. A
 * grant that files manage, or that a whole group has, is not changed for one cell: that is told instead.
 */
export const regrant = (
  policy: PlanePolicy,
  edits: readonly CellEdit[],
  about: About,
): Regranted => {
  const known = new Map(about.capabilities.map((one) => [keyOf(one), one]))
  const cannot: Unchangeable[] = []
  const wanted = edits.filter((edit) => {
    const because = unusable(known.get(keyOf(edit)))
    if (because !== undefined) cannot.push({ ...edit, because })
    return because === undefined
  })
  const gone = narrowed(policy, wanted, known, about, cannot)
  return { changes: [...added(policy, wanted, about), ...gone], cannot }
}

const unusable = (capability: Capability | undefined): string | undefined => {
  if (!capability) return 'There is no such capability.'
  return capability.classification ? undefined : 'Nobody has classified it: no grant selects it.'
}

const added = (policy: PlanePolicy, edits: readonly CellEdit[], about: About): Regrant[] =>
  [
    ...Map.groupBy(
      edits.filter(({ allow }) => allow),
      ({ client }) => client,
    ),
  ].flatMap(([client, cells]): Regrant[] => {
    const parts = splitClientId(client)
    if (!parts) return []
    const name = freshName(policy, parts, about.revision)
    const after: GrantDocument = {
      apiVersion: 'bailiwick/v1',
      kind: 'Grant',
      plane: policy.plane.name,
      name,
      agent: parts.agent,
      consumer: parts.consumer,
      allow: naming(policy, cells),
      reason: about.reason,
      ...(about.until !== undefined && { until: about.until }),
    }
    return [{ op: 'add', name, before: undefined, after, isFrozen: false }]
  })

const freshName = (
  policy: PlanePolicy,
  { agent, consumer }: { agent: string; consumer: string },
  revision: number,
): string => {
  const end = `-r${revision}`
  const base = policy.agents.get(agent)?.consumers.length === 1 ? agent : `${agent}-${consumer}`
  for (let n = 1; ; n++) {
    const tail = n === 1 ? end : `${end}-${n}`
    const name = `${base.slice(0, 24 - tail.length).replace(/-+$/, '')}${tail}`
    if (!policy.grants.has(name)) return name
  }
}

const narrowed = (
  policy: PlanePolicy,
  edits: readonly CellEdit[],
  known: ReadonlyMap<string, Capability>,
  about: About,
  cannot: Unchangeable[],
): Regrant[] => {
  const gone = edits.filter(({ allow }) => !allow)
  return [...policy.grants.values()].flatMap((grant) => {
    if (isOver(policy, grant, about.now)) return []
    const reached = gone.filter((edit) => reaches(policy, grant, edit, known.get(keyOf(edit))))
    if (reached.length === 0) return []
    const because = inTheWay(policy, grant)
    if (because !== undefined) {
      cannot.push(...reached.map((edit) => ({ ...edit, because })))
      return []
    }
    return [narrow(policy, grant, new Set(reached.map(keyOf)), about)]
  })
}

const isOver = (policy: PlanePolicy, { until }: GrantDocument, now: number): boolean =>
  until !== undefined && endOf(until, policy.plane.timeZone ?? 'UTC') <= now

const reaches = (
  policy: PlanePolicy,
  grant: GrantDocument,
  { client }: CellEdit,
  capability: Capability | undefined,
): boolean => {
  const parts = splitClientId(client)
  const isTheirs =
    grant.agent === undefined
      ? policy.agentGroups.get(grant.group ?? '')?.agents.includes(parts?.agent ?? '') === true
      : grant.agent === parts?.agent
  if (!capability || !isTheirs || grant.consumer !== parts?.consumer) return false
  return selects(policy, grant.allow, capability)
}

const selects = (
  policy: PlanePolicy,
  allow: readonly Selector[],
  capability: Capability,
): boolean => {
  const item = policy.servers.get(capability.server) ?? policy.apis.get(capability.server)
  return compileSelectors(allow)(capability, item ? labelsOf(item) : [])
}

const inTheWay = (policy: PlanePolicy, { name, group }: GrantDocument): string | undefined => {
  const set = policy.sets.get(`Grant/${name}`)
  if (set !== undefined)
    return `Grant ${name} permits it, and the files of the set ${set} manage that: change it there.`
  return group === undefined
    ? undefined
    : `Grant ${name} permits it to the whole group ${group}: take the agent out of the group, or change that grant.`
}

/** Nothing is left of a grant: it ends. What was permitted, and why, stays to be read. */
const narrow = (
  policy: PlanePolicy,
  grant: GrantDocument,
  gone: ReadonlySet<string>,
  about: About,
): Regrant => {
  const parts = grant.allow.map((one) => without(policy, one, gone, about.capabilities))
  const allow = parts.flatMap((one) => one.selectors)
  const isFrozen = allow.length > 0 && parts.some((one) => one.isFrozen)
  const told = { name: grant.name, before: grant, isFrozen }
  if (allow.length > 0) return { ...told, op: 'narrow', after: { ...grant, allow } }
  return { ...told, op: 'end', after: { ...grant, until: new Date(about.now).toISOString() } }
}

const members = ['tools', 'prompts', 'resources', 'operations'] as const
const memberOf = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  template: 'resources',
  operation: 'operations',
} as const satisfies Record<CapabilityKind, (typeof members)[number]>

/** A selector that names loses the names; one that describes becomes the names of what is left of it. */
const without = (
  policy: PlanePolicy,
  selector: Selector,
  gone: ReadonlySet<string>,
  capabilities: readonly Capability[],
): { readonly selectors: readonly Selector[]; readonly isFrozen: boolean } => {
  const selected = capabilities.filter((one) => selects(policy, [selector], one))
  if (!selected.some((one) => gone.has(keyOf(one))))
    return { selectors: [selector], isFrozen: false }
  const item = selector.server ?? selector.api
  const member = members.find((key) => selector[key] !== undefined)
  if (typeof item === 'string' && member) {
    const isGone = (name: string) =>
      selected.some(
        (one) => one.name === name && memberOf[one.kind] === member && gone.has(keyOf(one)),
      )
    const left = selector[member]?.filter((name) => !isGone(name)) ?? []
    const selectors = left.length === 0 ? [] : [{ ...selector, [member]: left }]
    return { selectors, isFrozen: false }
  }
  const left = selected.filter((one) => !gone.has(keyOf(one)))
  return { selectors: naming(policy, left), isFrozen: true }
}

/** One selector for each item and kind of member, in the order of their names. */
const naming = (
  policy: PlanePolicy,
  cells: readonly Pick<CellEdit, 'server' | 'kind' | 'name'>[],
): Selector[] => {
  const grouped = Map.groupBy(cells, ({ server, kind }) => `${server} ${memberOf[kind]}`)
  return [...grouped].sort(byKey).flatMap(([, here]): Selector[] => {
    const [first] = here
    if (!first) return []
    const item = policy.apis.has(first.server) ? 'api' : 'server'
    const names = [...new Set(here.map(({ name }) => name))].sort()
    return [{ [item]: first.server, [memberOf[first.kind]]: names }]
  })
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1

const keyOf = ({ server, kind, name }: Pick<CellEdit, 'server' | 'kind' | 'name'>): string =>
  `${server} ${kind} ${name}`

/** As `apply` takes them. */
export const filesOf = ({ changes }: Regranted): { name: string; text: string }[] =>
  changes.map(({ name, after }) => ({ name: `${name}.yaml`, text: toYaml(after) }))
