import type { CapabilityKind } from './capability.ts'

export const suspensionKinds = [
  'agent',
  'consumer',
  'user',
  'capability',
  'server',
  'plane',
] as const
export type SuspensionKind = (typeof suspensionKinds)[number]

/**
 * Somebody or something that may not, for now, whatever the documents say. It stands beside them and
 * not in them, so that no file that is applied lifts it.
 */
export interface Suspension {
  readonly kind: SuspensionKind
  /** The item's name; a capability's is `server/kind/name`, a plane's its own. */
  readonly name: string
  /** UTC milliseconds. */
  readonly at: number
  readonly by: string
  readonly reason: string
  readonly revision: number
}

/** Under which a plane's suspensions are kept. */
export const suspensionKey = (kind: SuspensionKind, name: string): string => `${kind}/${name}`

/** What a suspension of one capability is called. */
export const capabilityName = (about: {
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
}): string => `${about.server}/${about.kind}/${about.name}`

/** The server that a suspension of a server or of one of its capabilities is about. */
export const suspendedServer = (kind: string, name: string): string | undefined => {
  if (kind === 'server') return name
  return kind === 'capability' ? name.slice(0, name.indexOf('/')) : undefined
}

/** For those who may know: in the entry, in `why` and in the terminal. */
export const tellSuspension = ({ kind, name, by, reason }: Suspension): string =>
  `${kind} ${name} suspended by ${by}: ${reason}`
