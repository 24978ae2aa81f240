import type { Bridges } from '#bridge/bridge.ts'
import type { PlaneMailboxes } from '#bridge/mailboxes.ts'
import type { ItemDocument, PlaneDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Identity } from '#identity/identity.ts'
import type { Ledger } from '#ledger/ledger.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import type { PlaneSnapshot } from '#policy/compile.ts'
import type { Windows } from '#quota/windows.ts'
import type { TaskRows } from '#store/store.ts'
import type { Apis } from '#upstream/apis.ts'
import type { Upstreams } from '#upstream/upstream.ts'
import type { Keyring, Vault } from '#vault/vault.ts'
import type { Ended } from './ended.ts'
import type { Caller, Exchange } from './exchange.ts'
import type { Installation } from './installation.ts'
import type { Lend } from './lend.ts'
import type { GatewayLimits } from './limits.ts'
import type { Looks } from './look.ts'
import type { SessionNotes } from './session-notes.ts'
import type { GatewayTelemetry } from './traced.ts'

export interface GatewayParts {
  readonly version: string
  readonly origin: string
  readonly limits: GatewayLimits
  readonly clock: Clock
  readonly log: Log
  readonly nextId: () => string
  readonly identity: Identity
  readonly ledger: Ledger
  readonly windows: Windows
  readonly vault: Vault
  readonly keyring: Keyring
  readonly upstreams: Upstreams
  readonly bridges: Pick<Bridges, 'spoken' | 'inRounds'>
  readonly apis: Pick<Apis, 'find'>
  readonly ended: Ended
  readonly notes: SessionNotes
  /** Tasks at servers that were begun for callers. */
  readonly taskRows: TaskRows
  /** What one process tells another. */
  readonly mailboxes: (plane: PlaneId) => PlaneMailboxes
  readonly looks: Looks
  readonly telemetry: GatewayTelemetry
  /** What the plane permits now. */
  snapshot(plane: PlaneId): PlaneSnapshot
  item(plane: PlaneId, name: string): ItemDocument | undefined
  loan: Lend
  /** The plane's own document. */
  planeDocument(plane: PlaneId): PlaneDocument | undefined
  /** Whether what stands here may still be decided by. */
  isCurrent(): boolean
}

export interface Admitted {
  readonly caller: Caller | undefined
  leave(): void
}

export interface Gateway {
  /** Answers one HTTP request at an MCP endpoint of an existing plane. Never rejects. */
  serve(exchange: Exchange): Promise<void>
  /** Answers one HTTP request to what may be a REST API of an existing plane. Never rejects. */
  serveRest(exchange: Exchange): Promise<void>
  /**
   * Lets in whoever asks for something that is told beside calls, as at `exchange.resource`: by the
   * same door, the same token and the same state of this process. A stranger is one without a token,
   * where there is something for strangers; how many are heard in a second is bounded together with
   * those who are refused. Rejects with the Fault to answer with. `leave` must be called once at its end.
   */
  admit(exchange: Exchange, about: { strangers: boolean }): Promise<Admitted>
  /**
   * Something else is in force in these planes (`snapshot` answers it already): calls on their way,
   * streams and sessions that are not permitted any more end, the first of them before this returns.
   */
  follow(planes: readonly PlaneId[]): void
  /** Refuses what is new and waits for what is under way, at most `drainMs`. */
  drain(drainMs: number): Promise<void>
  /** Requests in work. */
  inside(): number
  /** By the lines that answer the agent itself. */
  listed: Installation['listed']
}
