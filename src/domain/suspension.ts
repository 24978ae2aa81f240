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
