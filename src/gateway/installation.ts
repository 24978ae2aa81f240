import type { Change } from '#change/change.ts'
import type { CapabilityKind } from '#domain/capability.ts'
import type { CallId, ClientId, PlaneId } from '#domain/name.ts'
import type { Identity } from '#identity/identity.ts'
import type { CallRecord, Ledger } from '#ledger/ledger.ts'
import type { People } from '#people/people.ts'
import type { Explanation } from '#policy/policy.ts'
import type { Registry } from '#registry/registry.ts'
import type { Members, Revisions, StoredEntry } from '#store/store.ts'
import type { Upstreams } from '#upstream/upstream.ts'
import type { Vault } from '#vault/vault.ts'

/**
 * The parts of a running installation as its edges see them; `compose.ts` makes it. The terminal
 * reaches the same object through the control socket, or makes one for itself when nothing runs.
 */
export interface Installation {
  readonly version: string
  readonly dataFolder: string
  /** Configured, never taken from a Host header; undefined where the installation does not listen. */
  readonly origin: string
  /** Of the process that ends the installation on this machine: of several the first one. */
  readonly pid: number
  readonly startedAt: number
  /** Names of the runners in the operator's configuration file. */
  readonly runners: ReadonlySet<string>
  readonly change: Change
  /** What has been changed: for whoever may read it. */
  readonly revisions: Pick<Revisions, 'page' | 'find' | 'changesAfter'>
  /** The processes that share the store. */
  readonly members: Pick<Members, 'self' | 'list'>
  readonly people: People
  readonly vault: Vault
  readonly identity: Identity
  readonly registry: Registry
  readonly upstreams: Upstreams
  readonly ledger: Ledger
  readonly calls: {
    list(about: {
      plane: PlaneId
      most: number
      agent?: string
      before?: number
    }): Promise<CallRecord[]>
    find(
      plane: PlaneId,
      call: CallId,
    ): Promise<{ record: CallRecord; entries: StoredEntry[] } | undefined>
  }
  /** The same evaluator as the gateway's, with its reasons. */
  explain(about: {
    plane: PlaneId
    client: ClientId
    /** On whose behalf; undefined for nobody's. */
    user?: string | undefined
    server: string
    kind: CapabilityKind
    name: string
  }): Explanation
  /** Brings a server's capabilities up to date now; what `server list` and `apply` wait for. */
  refresh(plane: PlaneId, server: string): Promise<void>
  ready(): { ready: boolean; because: readonly string[] }
}
