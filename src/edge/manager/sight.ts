import type { PlanePolicy } from '#change/change.ts'
import { planeId } from '#domain/name.ts'
import type { Item, Permission } from '#domain/roles.ts'
import { Fault } from '#lib/fault.ts'
import { namedItem, ownedItem } from '#manager/access.ts'
import type { Sight } from '#manager/asking.ts'
import type { Asked } from './route.ts'

/**
 * Who may read a call: those over its server, and those over the agent that made it; its arguments, those over its server.
 * `needs`: all of these rights, over the one or the other.
 */
export const sightOf = (
  { access }: Pick<Asked, 'access'>,
  needs: readonly Permission[] = ['calls.read'],
): Sight => {
  const sees = (plane: PlanePolicy, item: Item) =>
    needs.every((one) => access.sees(one, plane.plane.name, item))
  const server: Sight['server'] = (plane, name) => sees(plane, namedItem(plane, name))
  return {
    server,
    call: (plane, record) =>
      server(plane, record.server) || sees(plane, ownedItem(plane.agents.get(record.agent)?.owner)),
    arguments: (plane, name) =>
      access.sees('arguments.read', plane.plane.name, namedItem(plane, name)),
    names: (plane, needs) => access.sees(needs, plane.plane.name),
  }
}

export const planeHere = ({
  desk,
  path,
}: Asked<{ readonly plane: string }, unknown, unknown>): PlanePolicy => {
  const plane = desk.installation.change.current().planes.get(planeId(path.plane))
  if (!plane) throw new Fault('not_found')
  return plane
}
