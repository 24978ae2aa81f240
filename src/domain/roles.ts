/**
 * Who may do what. A role is held by people over a plane, over the items that one owner has, or over
 * one server or API. Planes are walls: nothing that somebody holds in one says anything in another. The
 * administrator of the installation holds no role: it is written at the account, by another one.
 */
export const planeRoles = [
  'plane-admin',
  'owner',
  'auditor',
  'soc',
  'privacy',
  'developer',
] as const
export type PlaneRole = (typeof planeRoles)[number]

/** `read` of a kind is reading its documents; what is about agents, servers, calls and suspensions has words of its own. */
export const permissions = [
  'catalogue.read',
  'status.read',
  'planes.read',
  'planes.write',
  'planes.suspend',
  'planes.resume',
  'teams.read',
  'teams.write',
  'roles.read',
  'roles.write',
  'issuers.read',
  'issuers.write',
  'consumers.read',
  'consumers.write',
  'consumers.suspend',
  'consumers.resume',
  'agents.read',
  'agents.write',
  'agents.vouch',
  'agents.secret',
  'agents.suspend',
  'agents.resume',
  'agents.revoke',
  'users.suspend',
  'users.resume',
  'users.revoke',
  'servers.read',
  'servers.write',
  'servers.classify',
  'servers.release',
  'servers.suspend',
  'servers.resume',
  'capabilities.suspend',
  'capabilities.resume',
  'suspensions.read',
  'credentials.read',
  'credentials.write',
  'secrets.write',
  'grants.read',
  'grants.write',
  'rules.read',
  'rules.write',
  'quotas.read',
  'quotas.write',
  'alarms.read',
  'alarms.write',
  'calls.read',
  'calls.explain',
  'arguments.read',
  'payloads.erase',
  'persons.find',
  'revisions.read',
  'revisions.restore',
  'members.read',
  'people.read',
  'people.write',
] as const
export type Permission = (typeof permissions)[number]

/** Of the whole installation, and so of its administrators alone. */
const ofTheInstallation: ReadonlySet<Permission> = new Set([
  'planes.write',
  'revisions.restore',
  'members.read',
  'people.read',
  'people.write',
])

/** What everybody with a role in a plane knows of it. */
const everybody = ['catalogue.read', 'planes.read'] as const

/** The documents that say who may what, without credentials. */
const policyOf = [
  'status.read',
  'teams.read',
  'consumers.read',
  'agents.read',
  'servers.read',
  'grants.read',
  'rules.read',
  'quotas.read',
  'alarms.read',
  'suspensions.read',
  'calls.explain',
] as const

/** For those who watch over calls and over whom they are about, and nobody else. */
const ofWatching: ReadonlySet<Permission> = new Set([
  'arguments.read',
  'payloads.erase',
  'persons.find',
])
const ofThePlane = permissions.filter((one) => !ofTheInstallation.has(one) && !ofWatching.has(one))
const reading = ofThePlane.filter((one) => /\.(read|explain)$/.test(one))
const stopping = ofThePlane.filter((one) => /\.(suspend|resume|revoke)$/.test(one))

interface RoleRow {
  readonly says: string
  /** Held in the whole plane, whatever the role is held over. */
  readonly inPlane: readonly Permission[]
  /** Held over what the role is held over. */
  readonly over: readonly Permission[]
}

/** The one table. `docs/roles.md` is made of it. */
export const roleTable: Readonly<Record<PlaneRole, RoleRow>> = {
  'plane-admin': {
    says: 'governs a plane: all of its documents, teams and roles',
    inPlane: everybody,
    over: ofThePlane,
  },
  owner: {
    says: 'decides about items: registers, classifies, releases and stops them, grants their use, reads their calls',
    inPlane: [...everybody, ...policyOf],
    over: [
      'servers.write',
      'servers.classify',
      'servers.release',
      'servers.suspend',
      'capabilities.suspend',
      'agents.write',
      'agents.secret',
      'agents.suspend',
      'agents.revoke',
      'credentials.read',
      'credentials.write',
      'secrets.write',
      'grants.write',
      'quotas.write',
      'calls.read',
    ],
  },
  auditor: {
    says: 'reads everything and changes nothing',
    inPlane: everybody,
    over: reading,
  },
  soc: {
    says: 'reads every call with its arguments, finds the calls about a person, suspends and resumes whoever and whatever, revokes tokens, and grants nothing',
    inPlane: [...everybody, ...policyOf],
    over: [
      'calls.read',
      'arguments.read',
      'persons.find',
      ...stopping,
      'revisions.read',
      'roles.read',
      'issuers.read',
    ],
  },
  privacy: {
    says: 'reads the policy and the calls, to judge what personal data flows, finds the calls about a person, and erases what is recorded of somebody',
    inPlane: [...everybody, ...policyOf],
    over: ['calls.read', 'payloads.erase', 'persons.find', 'revisions.read'],
  },
  developer: {
    says: 'sees the catalogue',
    inPlane: everybody,
    over: [],
  },
}

/** The administrator of the installation runs it: everything in every plane but other people's data. */
const administrates: ReadonlySet<Permission> = new Set(
  permissions.filter((one) => one !== 'arguments.read' && one !== 'persons.find'),
)

export interface Person {
  readonly name: string
  readonly administrator: boolean
  /** By plane, the teams that an organisation makes this person one of, beside what documents say. */
  readonly teams?: ReadonlyMap<string, readonly string[]> | undefined
}

/** A role as it is held. `over` undefined: the plane. `owner`: what names that owner, as it is written. */
export interface Binding {
  readonly plane: string
  readonly role: PlaneRole
  readonly people: ReadonlySet<string>
  /** Who is made one of it by an organisation holds the role too. */
  readonly team?: string | undefined
  readonly over: { readonly owner: string } | { readonly item: string } | undefined
  /** UTC milliseconds from which on it says nothing; undefined: never. */
  readonly endsAt: number | undefined
}

/**
 * What something is done to: who owns it, and its name where it is a server or an API. Those are one
 * name space, so the name is enough.
 */
export interface Item {
  readonly owner: string | undefined
  readonly name: string | undefined
}

/** `hidden`: this person has no role in that plane, and to them it does not exist. */
export type Verdict = 'permitted' | 'missing' | 'hidden'

/** Without an item: the plane as a whole. */
export interface Place {
  readonly plane: string
  readonly item?: Item | undefined
  readonly at: number
}

export const may = (
  person: Person,
  needs: Permission,
  { plane, item, at }: Place,
  bindings: readonly Binding[],
): Verdict => {
  if (person.administrator) return administrates.has(needs) ? 'permitted' : 'missing'
  const held = heldIn(person, plane, at, bindings)
  if (held.length === 0) return 'hidden'
  return held.some((one) => gives(one, needs, item)) ? 'permitted' : 'missing'
}

/** Whether there may be anything in the plane that the person may do this to: a list then holds those. */
export const maySome = (
  person: Person,
  needs: Permission,
  { plane, at }: Omit<Place, 'item'>,
  bindings: readonly Binding[],
): Verdict => {
  if (person.administrator) return may(person, needs, { plane, at }, bindings)
  const held = heldIn(person, plane, at, bindings)
  if (held.length === 0) return 'hidden'
  const given = held.some(({ role }) => {
    const { inPlane, over } = roleTable[role]
    return inPlane.includes(needs) || over.includes(needs)
  })
  return given ? 'permitted' : 'missing'
}

/** Whether it names the person, or a team that an organisation makes them one of. */
export const isHeldBy = (
  { people, team, plane }: Binding,
  person: Pick<Person, 'name' | 'teams'>,
): boolean =>
  people.has(person.name) ||
  (team !== undefined && person.teams?.get(plane)?.includes(team) === true)

const heldIn = (
  person: Person,
  plane: string,
  at: number,
  bindings: readonly Binding[],
): readonly Binding[] =>
  bindings.filter(
    (one) =>
      one.plane === plane && isHeldBy(one, person) && (one.endsAt === undefined || at < one.endsAt),
  )

const gives = ({ role, over }: Binding, needs: Permission, item: Item | undefined): boolean => {
  const row = roleTable[role]
  return row.inPlane.includes(needs) || (row.over.includes(needs) && covers(over, item))
}

const covers = (over: Binding['over'], item: Item | undefined): boolean => {
  if (over === undefined) return true
  if (item === undefined) return false
  return 'owner' in over ? item.owner === over.owner : item.name === over.item
}

/**
 * Whether the person would hold more than before, anywhere: nobody gives himself a role. A role over
 * the plane holds what one over a part of it held, and a later end holds what an earlier one did.
 */
export const widens = (
  person: Person,
  before: readonly Binding[],
  after: readonly Binding[],
): boolean => {
  const had = before.filter((one) => isHeldBy(one, person))
  return after
    .filter((one) => isHeldBy(one, person))
    .filter(
      ({ role }) => !person.administrator || !givesOf(role).every((one) => administrates.has(one)),
    )
    .some((one) => !had.some((other) => holds(other, one)))
}

const givesOf = (role: PlaneRole): readonly Permission[] => [
  ...roleTable[role].inPlane,
  ...roleTable[role].over,
]

/** Whether everything that the narrow one gives, the wide one gives over the same and for as long. */
const holds = (wide: Binding, narrow: Binding): boolean => {
  const [has, gets] = [roleTable[wide.role], roleTable[narrow.role]]
  const wholePlane = wide.over === undefined ? [...has.inPlane, ...has.over] : has.inPlane
  const sameItems = sameScope(wide.over, narrow.over) ? [...wholePlane, ...has.over] : wholePlane
  return (
    wide.plane === narrow.plane &&
    gets.inPlane.every((one) => wholePlane.includes(one)) &&
    gets.over.every((one) => sameItems.includes(one)) &&
    (wide.endsAt ?? Number.POSITIVE_INFINITY) >= (narrow.endsAt ?? Number.POSITIVE_INFINITY)
  )
}

const sameScope = (one: Binding['over'], other: Binding['over']): boolean => {
  if (one === undefined || other === undefined) return one === other
  if ('owner' in one) return 'owner' in other && one.owner === other.owner
  return 'item' in other && one.item === other.item
}

/** Who has not signed in: an account of this name cannot be. */
export const stranger: Person = { name: '', administrator: false }
