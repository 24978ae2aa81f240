import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { ServerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'

/**
 * What exists: servers' capabilities as discovered, pinned by fingerprint, classified by people.
 * New is unclassified and invisible. A changed definition is held, alone, until `release`.
 */
export interface Registry {
  /** All that is known of a plane's servers, joined with the classifications in the documents. Synchronous, from memory. */
  capabilities(plane: PlaneId): readonly Capability[]
  /** Takes in what a server told; writes pins; answers what changed. Calls `onChange` listeners after the rows are durable. */
  observe(
    plane: PlaneId,
    server: string,
    discovered: readonly { kind: CapabilityKind; definition: Readonly<Record<string, unknown>> }[],
  ): Promise<Observation>
  /** The documents changed: classifications are joined anew, servers that are gone are forgotten. */
  follow(plane: PlaneId, servers: readonly ServerDocument[]): Promise<void>
  /** Makes the observed definition the pinned one. Fault('unknown_name') where nothing is held under that name. */
  release(plane: PlaneId, server: string, name: string): Promise<Capability>
  onChange(listener: (plane: PlaneId) => void): void
}

export interface Observation {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly gone: readonly string[]
  /** Definitions that were not taken in, and why: an invalid name, an invalid x-mcp-header, a look-alike, too large. */
  readonly refused: readonly { name: string; problem: string }[]
}
