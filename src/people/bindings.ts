import type { PlanePolicy } from '#change/change.ts'
import type { RoleBindingDocument } from '#domain/documents.ts'
import type { Binding } from '#domain/roles.ts'
import { endOf } from '#domain/time.ts'

/** What of a plane says who holds what. */
export type Owned = Pick<
  PlanePolicy,
  | 'plane'
  | 'teams'
  | 'roleBindings'
  | 'servers'
  | 'apis'
  | 'consumers'
  | 'agents'
  | 'agentGroups'
  | 'credentials'
>

const known = new WeakMap<Owned, readonly Binding[]>()

/** Every role that is held in a plane: by its RoleBindings, and by who owns something there. */
export const bindingsIn = (plane: Owned): readonly Binding[] => {
  const found = known.get(plane)
  if (found) return found
  const made = [
    ...[...plane.roleBindings.values()].map((one) => written(one, plane)),
    ...ownersIn(plane).map((owner) => owning(owner, plane)),
  ]
  known.set(plane, made)
  return made
}

const written = (binding: RoleBindingDocument, plane: Owned): Binding => ({
  plane: plane.plane.name,
  role: binding.role,
  people: new Set([...(binding.people ?? []), ...peopleOf(binding.team, plane)]),
  team: binding.team,
  over: binding.over && overOf(binding.over),
  endsAt:
    binding.until === undefined ? undefined : endOf(binding.until, plane.plane.timeZone ?? 'UTC'),
})

/** Names of servers and APIs are one name space. */
const overOf = (over: NonNullable<RoleBindingDocument['over']>): Binding['over'] => {
  if ('team' in over) return { owner: over.team }
  return { item: 'api' in over ? over.api : over.server }
}

/** Who is named as an owner owns: the people of the team of that name, else the person. */
const owning = (owner: string, plane: Owned): Binding => ({
  plane: plane.plane.name,
  role: 'owner',
  people: new Set(plane.teams.has(owner) ? peopleOf(owner, plane) : [owner]),
  team: plane.teams.has(owner) ? owner : undefined,
  over: { owner },
  endsAt: undefined,
})

/** A team owns before it has anything, so that its people can register their first server. */
const ownersIn = (plane: Owned): string[] => {
  const owned = [
    plane.servers,
    plane.apis,
    plane.agents,
    plane.credentials,
    plane.consumers,
  ].flatMap((all) => [...all.values()])
  const named = owned.flatMap(({ owner }) => (owner === undefined ? [] : [owner]))
  return [...new Set([...plane.teams.keys(), ...named])]
}

const peopleOf = (team: string | undefined, plane: Owned): readonly string[] =>
  team === undefined ? [] : (plane.teams.get(team)?.people ?? [])
