import type { About, LateConsequence } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { ItemDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { CapabilityVersion, RevisionChange } from '#store/store.ts'

/**
 * What exists: servers' capabilities as discovered, pinned by fingerprint, classified by people.
 * New is unclassified and invisible. A changed definition is held, alone, until `release`.
 */
export interface Registry {
  /**
   * All that is known of a plane's servers, or of one of them, joined with the classifications in the
   * documents. Synchronous, from memory: of one server it costs nothing of the others.
   */
  capabilities(plane: PlaneId, server?: string): readonly Capability[]
  /** Those of one server as they would be if its document said this. */
  capabilitiesAs(plane: PlaneId, document: ItemDocument): readonly Capability[]
  /**
   * Takes in what a server told, which must be all that it has; writes pins; answers what changed.
   * Nothing happens for a server without a document.
   */
  observe(
    plane: PlaneId,
    server: string,
    discovered: readonly { kind: CapabilityKind; definition: Readonly<Record<string, unknown>> }[],
  ): Promise<Observation>
  /** Definitions that the server told last and that were not taken in, and why. */
  refused(plane: PlaneId, item: string): Promise<Observation['refused']>
  /** Every definition of a server that was ever pinned, or of what is so called at it, oldest first. */
  versions(plane: PlaneId, server: string, name?: string): Promise<readonly CapabilityVersion[]>
  /** Something changed: pins that moved are read anew, classifications are joined anew. */
  follow(
    plane: PlaneId,
    servers: readonly ItemDocument[],
    changes: readonly RevisionChange[],
  ): Promise<void>
  /**
   * A Server or an API that is removed takes its pins with it. An API tells of its operations by its
   * document: in the revision that writes it they are pinned, or held.
   */
  readonly consequence: LateConsequence
  /**
   * Makes the observed definition the pinned one. `kind` says which, where a tool and a prompt of that
   * name are held; `fingerprint` is that of the definition which was shown to whoever decided.
   * and may be its beginning. Fault('unknown_name') where nothing is held under that name,
   * Fault('stale') where it is no longer what was shown.
   */
  release(
    plane: PlaneId,
    server: string,
    name: string,
    about: About,
    which?: { readonly kind?: CapabilityKind; readonly fingerprint?: string },
  ): Promise<Capability>
  /**
   * The same of everything that is held at a server, in one revision. `shown` is what was looked at:
   * Fault('stale'), and nothing is released, where anything of it is no longer so.
   */
  releaseAll(plane: PlaneId, server: string, about: About, shown: readonly Shown[]): Promise<void>
}

/** A held definition, as it was shown. */
export interface Shown {
  readonly kind: CapabilityKind
  readonly name: string
  readonly fingerprint: string
}

export interface Observation {
  readonly added: readonly string[]
  /** Newly held, or held with yet another definition. What nobody has classified is pinned anew in silence. */
  readonly changed: readonly string[]
  readonly gone: readonly string[]
  /** More than half of what was there changed or went: it may be another server. */
  readonly isMost: boolean
  /** Definitions that were not taken in, and why: an invalid name, an invalid x-mcp-header, a look-alike, too large. */
  readonly refused: readonly { name: string; problem: string }[]
}
