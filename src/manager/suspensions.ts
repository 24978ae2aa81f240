import type { PlanePolicy } from '#change/change.ts'
import { resume, type Suspend, suspend } from '#change/suspend.ts'
import type { Item } from '#domain/roles.ts'
import {
  type Suspension,
  type SuspensionKind,
  splitCapabilityName,
  suspendedServer,
  suspensionKey,
} from '#domain/suspension.ts'
import { Fault } from '#lib/fault.ts'
import { namedItem, ownedItem } from './access.ts'
import { changer, choosePlanes, type Desk, findCapability, findItem, findPlane } from './desk.ts'

/** Who or what is meant: `name` as `Suspension.name` says; a plane is named by it alone. */
interface Meant {
  readonly plane?: string | undefined
  readonly kind: SuspensionKind
  readonly name: string
}

export interface SuspendedAnswer {
  readonly plane: string
  readonly kind: SuspensionKind
  readonly name: string
  readonly revision: number
}

export interface SuspensionRow extends Suspension {
  readonly plane: string
}

/** Stops it at once, whatever the documents say, until it is resumed. */
export const suspendMeant = async (
  desk: Desk,
  { reason, ...meant }: Meant & { readonly reason: string },
): Promise<SuspendedAnswer> => {
  const { target, policy } = findMeant(desk, meant)
  checkOffered(desk, policy, target)
  return execute({ ...desk, why: desk.why ?? reason }, target, suspend(target, reason))
}

/** What is there no longer is resumed too, for when it comes again. */
export const resumeMeant = async (
  desk: Desk,
  { reason, ...meant }: Meant & { readonly reason?: string | undefined },
): Promise<SuspendedAnswer> => {
  const { target } = findMeant(desk, meant)
  return execute({ ...desk, why: desk.why ?? reason }, target, resume(target))
}

/** Newest first. */
export const listSuspensions = (
  desk: Desk,
  input: { plane?: string | undefined },
): SuspensionRow[] => {
  const current = desk.installation.change.current()
  return choosePlanes(current, input.plane)
    .flatMap((plane) =>
      [...(current.planes.get(plane)?.suspensions.values() ?? [])].map((one) => ({
        plane,
        ...one,
      })),
    )
    .sort((a, b) => b.revision - a.revision)
}

/** How many there are, and the last of them. */
export interface SuspensionsStatus {
  readonly count: number
  readonly newest: Suspension | undefined
}

export const suspensionsStatus = ({ suspensions }: PlanePolicy): SuspensionsStatus => {
  let newest: Suspension | undefined
  for (const one of suspensions.values())
    if (!newest || one.revision > newest.revision) newest = one
  return { count: suspensions.size, newest }
}

/** Under which a plane's are told page by page. */
export const keyOfSuspension = ({ kind, name }: Suspension): string => suspensionKey(kind, name)

/** Whose it is to decide about; undefined where it is the plane's as a whole. */
export const itemOf = (
  policy: PlanePolicy | undefined,
  { kind, name }: Pick<Meant, 'kind' | 'name'>,
): Item | undefined => {
  const server = suspendedServer(kind, name)
  if (server !== undefined) return namedItem(policy, server)
  if (kind === 'agent') return ownedItem(policy?.agents.get(name)?.owner)
  if (kind === 'consumer') return ownedItem(policy?.consumers.get(name)?.owner)
  return undefined
}

const execute = async (
  desk: Desk,
  target: Suspend,
  command: ReturnType<typeof suspend>,
): Promise<SuspendedAnswer> => {
  const revision = await desk.installation.change.execute(command, changer(desk))
  return { ...target, revision }
}

const findMeant = (desk: Desk, { plane, kind, name }: Meant) => {
  const current = desk.installation.change.current()
  const { id, policy } = findPlane(current, kind === 'plane' ? name : plane)
  const target: Suspend = { plane: id, kind, name }
  return { target, policy }
}

/** Of a capability: that its server offers it, or did. */
const checkOffered = (
  { installation }: Desk,
  policy: PlanePolicy,
  { plane, kind, name }: Suspend,
): void => {
  if (kind !== 'capability') return
  const capability = splitCapabilityName(name)
  if (!capability)
    throw new Fault('usage', { detail: `"${name}" is not SERVER/KIND/NAME of a capability.` })
  const server = findItem(policy, capability.server)
  if (findCapability(installation.registry.capabilities(plane), capability)) return
  throw new Fault('unknown_name', {
    detail: `${server.kind} ${plane}/${server.name} offers no ${capability.kind} "${capability.name}".`,
    fix: `bailiwick server show ${plane}/${server.name}`,
  })
}
