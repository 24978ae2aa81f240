import type { About, PlanePolicy, Policy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import { type ClientId, clientId, type PlaneId, planeId, splitClientId } from '#domain/name.ts'
import type { Installation } from '#gateway/installation.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'

/** What an operation works on: the installation, who acts, and how to end it where it serves. */
export interface Desk {
  readonly installation: Installation
  /** `local:<user>`: whoever can open the control socket, or the folder itself. */
  readonly by: string
  readonly why?: About['why']
  readonly key?: About['key']
  /** Undefined for an administrator of the machine itself, who may everything. */
  readonly permit?: About['permit']
  /** Undefined where nothing serves and a command opened the folder for itself. */
  readonly stop: (() => void) | undefined
  readonly clock: Clock
}

/** Who changes something, as the door for changes wants to know it. */
export const changer = ({ by, why, key }: Desk): About => ({ by, why, key })

/** The planes an operation is about: the one that was named, else all. */
export const choosePlanes = (policy: Policy, written: string | undefined): PlaneId[] =>
  written === undefined ? [...policy.planes.keys()] : [findPlane(policy, written).id]

/** The plane that was named, else the only one. Fault('usage') where there are several. */
export const findPlane = (
  policy: Policy,
  written: string | undefined,
): { id: PlaneId; policy: PlanePolicy } => {
  const names = [...policy.planes.keys()]
  const id = written === undefined && names.length === 1 ? names[0] : planeId(written ?? '')
  const plane = id && policy.planes.get(id)
  if (id && plane) return { id, policy: plane }
  if (names.length === 0)
    throw new Fault('unknown_name', {
      detail: 'There is no plane yet.',
      fix: 'bailiwick apply -f FILE --set NAME, with a document of kind Plane',
    })
  if (written === undefined)
    throw new Fault('usage', { detail: `Name the plane: ${names.join(', ')}.` })
  throw new Fault('unknown_name', {
    detail: `There is no plane "${written}". There is: ${names.join(', ')}.`,
  })
}

export const findServer = (plane: PlanePolicy, name: string): ServerDocument => {
  const server = plane.servers.get(name)
  if (server) return server
  throw new Fault('unknown_name', {
    detail: `There is no server "${name}" in plane ${plane.plane.name}. ${offer([...plane.servers.keys()])}`,
    fix: 'bailiwick server list',
  })
}

/** Servers and APIs of a plane, in byte order of their names. */
export const itemsOf = (plane: PlanePolicy | undefined): (ServerDocument | ApiDocument)[] =>
  plane
    ? [...plane.servers.values(), ...plane.apis.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    : []

/** A server or an API: their names are one name space. */
export const findItem = (plane: PlanePolicy, name: string): ServerDocument | ApiDocument =>
  plane.apis.get(name) ?? findServer(plane, name)

export const findCapability = (
  capabilities: readonly Capability[],
  about: { server: string; kind: string; name: string },
): Capability | undefined =>
  capabilities.find(
    (one) => one.server === about.server && one.kind === about.kind && one.name === about.name,
  )

/**
 * The client that `agent`, `agent@consumer` or nothing at all means: an agent with one consumer needs
 * no consumer, and a plane with one client needs no agent.
 */
export const findClient = (plane: PlanePolicy, written: string | undefined): ClientId => {
  const clients = listClients(plane)
  if (written === undefined) return onlyClient(plane, clients)
  const parts = splitClientId(written)
  const exact = parts && clientId(parts.agent, parts.consumer)
  if (exact && clients.includes(exact)) return exact
  const ofAgent = clients.filter((client) => client.startsWith(`${parts?.agent ?? written}@`))
  if (!parts && ofAgent.length === 1 && ofAgent[0]) return ofAgent[0]
  if (!parts && ofAgent.length > 1)
    throw new Fault('usage', {
      detail: `Agent "${written}" acts for several consumers; name one: ${ofAgent.join(', ')}.`,
    })
  throw new Fault('unknown_name', {
    detail:
      parts && ofAgent.length > 0
        ? `Agent "${parts.agent}" does not act for "${parts.consumer}". It is: ${ofAgent.join(', ')}.`
        : `There is no agent "${written}" in plane ${plane.plane.name}. ${offer(clients)}`,
    fix: 'bailiwick agent list',
  })
}

const onlyClient = (plane: PlanePolicy, clients: readonly ClientId[]): ClientId => {
  const [first, ...others] = clients
  if (first && others.length === 0) return first
  if (!first)
    throw new Fault('unknown_name', { detail: `Plane ${plane.plane.name} has no agent yet.` })
  throw new Fault('usage', {
    detail: `Plane ${plane.plane.name} has ${clients.length} agents; say as which: ${clients.join(', ')}.`,
    fix: `add --as ${first.split('@')[0]}`,
  })
}

/** Every agent × consumer of a plane, in the order of the documents. */
export const listClients = (plane: PlanePolicy): ClientId[] =>
  [...plane.agents.values()].flatMap((agent) =>
    agent.consumers.map((consumer) => clientId(agent.name, consumer)),
  )

const offer = (names: readonly string[]): string =>
  names.length === 0 ? 'There is none yet.' : `There is: ${names.join(', ')}.`
