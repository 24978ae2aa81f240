import { isDeepStrictEqual } from 'node:util'
import type { Edit, PlanePolicy, Policy } from '#change/change.ts'
import type { Document, GrantDocument, ItemDocument, QuotaDocument } from '#domain/documents.ts'
import { kindTable } from '#domain/kinds.ts'
import { secretOf } from '#domain/lent.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { type Item, type Person, widens } from '#domain/roles.ts'
import { Fault } from '#lib/fault.ts'
import { type SortedMap, sortedMap } from '#lib/sorted-map.ts'
import { bindingsIn, type Owned } from '#people/bindings.ts'
import { type Access, namedItem, ownedItem } from './access.ts'

/**
 * Whether a person may make a change, all of it: each document as it was and as it would be, whatever
 * command or file it comes by. Nobody gives himself a role, and nobody grants to an agent of his own.
 * Throws Fault('not_permitted') for the first document that is not his to change.
 */
export const permitEdits = (access: Access, policy: Policy, edits: readonly Edit[]): void => {
  const after = planesAfter(policy, edits)
  for (const edit of edits) {
    checkVisible(access, edit)
    const sides = [
      { document: edit.before, plane: policy.planes.get(edit.plane) },
      { document: edit.after, plane: after.get(edit.plane) },
    ]
    if (!edit.before && !edit.after) checkSome(access, edit)
    for (const { document, plane } of sides) if (document) permitOne(access, document, plane, edit)
    checkLent(access, policy, edit, after.get(edit.plane))
    if (edit.after?.kind === 'Grant') checkNotOwnAgent(access.person, edit.after, after)
    checkVouched(access, edit)
    checkManagerSignIn(access, edit)
    checkNotJoined(access.person, edit, after)
  }
  for (const [plane, next] of after) {
    const now = policy.planes.get(plane)
    checkNotWidened(access, plane, now ? bindingsIn(now) : [], bindingsIn(next))
  }
}

/**
 * One answer for a plane that is hidden and for one that is not there; of what prune would remove not
 * even the plane is told, since nobody named it.
 */
const checkVisible = (access: Access, { plane, before, after }: Edit): void => {
  if (access.person.administrator || access.sees('planes.read', plane)) return
  throw new Fault('not_permitted', {
    detail:
      before && !after
        ? 'Not all of what this would remove is yours to remove.'
        : `You hold no role in plane ${plane}.`,
  })
}

const checkSome = (access: Access, { plane, kind }: Edit): void => {
  const needs = kindTable[kind].write
  if (kind === 'Plane' || !access.stands(plane)) access.checkInstallation(needs)
  else access.checkSome(needs, plane)
}

/**
 * Where a secret is sent is decided by whoever decides about the secret: else an owner would have
 * another team's sent to a server or an API of his own.
 */
const checkLent = (
  access: Access,
  policy: Policy,
  { plane, before, after }: Edit,
  next: Owned | undefined,
): void => {
  if (!isItem(after) || !after.credential || !access.stands(plane)) return
  if (isItem(before) && isDeepStrictEqual(wayOf(before), wayOf(after))) return
  const name = secretOf(after.credential)
  if (name === undefined) return
  const found = policy.planes.get(plane)?.credentials.get(name) ?? next?.credentials.get(name)
  if (!found || access.sees('credentials.write', plane, ownedItem(found.owner))) return
  throw new Fault('not_permitted', {
    detail: `Credential ${name} is not yours: whoever owns it decides where it is sent.`,
  })
}

const isItem = (document: Document | undefined): document is ItemDocument =>
  document?.kind === 'Server' || document?.kind === 'API'

/** Where it is sent, and how; not what an API says of its operations, which are all below its URL. */
const wayOf = ({ upstream, credential }: ItemDocument) => ({
  upstream: 'openapi' in upstream ? { url: upstream.url } : upstream,
  credential,
})

const permitOne = (
  access: Access,
  document: Document,
  plane: Owned | undefined,
  edit: Edit,
): void => {
  const needs = kindTable[document.kind].write
  // In a plane that is only being made nobody holds a role yet.
  if (document.kind === 'Plane' || !access.stands(edit.plane)) {
    access.checkInstallation(needs)
    return
  }
  for (const item of itemsOf(document, plane)) access.check(needs, edit.plane, item)
}

/** What a document is about; undefined stands for the plane as a whole. */
export const itemsOf = (
  document: Document,
  plane: Pick<PlanePolicy, 'servers' | 'apis'> | undefined,
): readonly (Item | undefined)[] => {
  switch (document.kind) {
    case 'Server':
    case 'API':
      return [{ owner: document.owner, name: document.name }]
    case 'Agent':
    case 'Credential':
    case 'Consumer':
      return [ownedItem(document.owner)]
    case 'Grant':
    case 'Quota':
      return selected(document).map((name) =>
        name === undefined ? undefined : namedItem(plane, name),
      )
    default:
      return [undefined]
  }
}

/** Items that its selectors name; undefined where one of them names none, and so may mean all. */
const selected = (document: GrantDocument | QuotaDocument): readonly (string | undefined)[] => {
  const selectors = document.kind === 'Grant' ? document.allow : document.over
  const named = selectors.flatMap(({ server, api }) => server ?? api ?? [undefined])
  return named.length === 0 ? [undefined] : [...new Set(named)]
}

const checkNotOwnAgent = (
  { name }: Person,
  grant: GrantDocument,
  planes: ReadonlyMap<PlaneId, Owned>,
): void => {
  const plane = planes.get(planeId(grant.plane))
  const members = grant.group === undefined ? [] : plane?.agentGroups.get(grant.group)?.agents
  const agents = grant.agent === undefined ? (members ?? []) : [grant.agent]
  const own = agents.find((agent) => plane?.agents.get(agent)?.owner === name)
  if (own === undefined) return
  throw new Fault('not_permitted', {
    detail: `Agent ${own} is your own: somebody else decides what it may do.`,
  })
}

/** Rules rest on what is said of an agent: whoever owns it does not say that of it. */
const checkVouched = (access: Access, { plane, before, after }: Edit): void => {
  if (after?.kind !== 'Agent' || !access.stands(plane)) return
  const said = before?.kind === 'Agent' ? before.claims : undefined
  if (isDeepStrictEqual(said ?? {}, after.claims ?? {})) return
  access.check('agents.vouch', plane)
  if (after.owner === access.person.name)
    throw new Fault('not_permitted', {
      detail: `Agent ${after.name} is your own: somebody else vouches for its claims.`,
    })
}

/** Who signs in at the Manager is decided where accounts are made: else whoever governs a plane would make people. */
const checkManagerSignIn = (access: Access, { before, after }: Edit): void => {
  const isAsked = [before, after].some((one) => one?.kind === 'Issuer' && one.signIn?.manager)
  if (isAsked) access.checkInstallation('people.write')
}

/** What a group is granted, its agents may: nobody puts an agent of his own into one. */
const checkNotJoined = (
  { name }: Person,
  { plane, before, after }: Edit,
  planes: ReadonlyMap<PlaneId, Owned>,
): void => {
  if (after?.kind !== 'AgentGroup') return
  const were = new Set(before?.kind === 'AgentGroup' ? before.agents : [])
  const agents = planes.get(plane)?.agents
  const own = after.agents.find((one) => !were.has(one) && agents?.get(one)?.owner === name)
  if (own === undefined) return
  throw new Fault('not_permitted', {
    detail: `Agent ${own} is your own: somebody else decides which groups it is in.`,
  })
}

const checkNotWidened = (
  { person }: Access,
  plane: string,
  before: ReturnType<typeof bindingsIn>,
  after: ReturnType<typeof bindingsIn>,
): void => {
  if (!widens(person, before, after)) return
  throw new Fault('not_permitted', {
    detail: `You would hold more in plane ${plane} than before: somebody else gives you a role.`,
  })
}

/** The planes that the edits touch, as they would stand. */
const planesAfter = (policy: Policy, edits: readonly Edit[]): Map<PlaneId, Owned> => {
  const planes = new Map<PlaneId, Owned>()
  for (const { plane, before, after } of edits) {
    const document = after ?? before
    if (!document) continue
    const here = planes.get(plane) ?? copied(policy.planes.get(plane))
    const member = memberOf(document.kind)
    if (member) {
      const map = here[member] as SortedMap<Document>
      Object.assign(here, { [member]: map.with([[document.name, after]]) })
    } else if (after?.kind === 'Plane') Object.assign(here, { plane: after })
    planes.set(plane, here)
  }
  return planes
}

const memberOf = (kind: Document['kind']) =>
  kind in members ? members[kind as keyof typeof members] : undefined
const members = {
  Team: 'teams',
  RoleBinding: 'roleBindings',
  Server: 'servers',
  API: 'apis',
  Consumer: 'consumers',
  Agent: 'agents',
  AgentGroup: 'agentGroups',
  Credential: 'credentials',
} as const

const copied = (plane: PlanePolicy | undefined): Owned => ({
  plane: plane?.plane ?? { apiVersion: 'bailiwick/v1', kind: 'Plane', name: 'none' },
  teams: plane?.teams ?? sortedMap(),
  roleBindings: plane?.roleBindings ?? sortedMap(),
  servers: plane?.servers ?? sortedMap(),
  apis: plane?.apis ?? sortedMap(),
  consumers: plane?.consumers ?? sortedMap(),
  agents: plane?.agents ?? sortedMap(),
  agentGroups: plane?.agentGroups ?? sortedMap(),
  credentials: plane?.credentials ?? sortedMap(),
})
