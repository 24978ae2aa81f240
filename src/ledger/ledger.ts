import type { Entry, Intent, Outcome } from '#domain/entry.ts'
import type { CallId, PlaneId } from '#domain/name.ts'

/**
 * The ledger as the gateway sees it, one for each plane. No record, no call: every promise here
 * resolves only when what it names is durable, and rejects with Fault('unrecordable') otherwise.
 */
export interface PlaneLedger {
  readonly plane: PlaneId
  /** False while the disk refuses or the plane's budget of entries per second is spent. */
  room(now: number): 'open' | 'over budget' | 'failing'
  /** Encrypts the arguments (AES-256-GCM, bound to plane and call) and appends both. */
  intend(intent: Intent, argumentsJson: Uint8Array): Promise<number>
  /** Exactly one for each intent; a second one for the same call is a programmer's mistake. */
  conclude(outcome: Outcome): Promise<number>
  /**
   * The first ten equal refusals of a UTC second in full, then one count when the second is over.
   * Equal is: client, operation, station, reason. Resolves when the entry is durable, at once for
   * those that will be in the count.
   */
  refuse(refused: import('#domain/entry.ts').Refused): Promise<void>
  /** Counts; one entry a minute and reason at most. Never waits. */
  unauthenticated(reason: string, now: number): void
  append(entry: Entry): Promise<number>
}

export interface Ledger {
  plane(id: PlaneId): PlaneLedger
  /** Writes what is still being counted and `ledger.close`; afterwards nothing is accepted. */
  close(): Promise<void>
}

/** A call as its entries tell it, for `calls` and `why`. */
export interface CallRecord {
  readonly call: CallId
  readonly at: number
  readonly position: number
  readonly agent: string
  readonly consumer: string
  readonly method: string
  readonly server: string
  readonly kind: string
  readonly name: string
  /** permitted, denied (unknown, scope, held) or limited. */
  readonly decision: 'permitted' | 'denied' | 'limited' | 'held'
  readonly station: string
  readonly because: string
  /** Undefined while it is under way. */
  readonly outcome: Pick<Outcome, 'status' | 'code' | 'ms' | 'resultBytes'> | undefined
  /** Greater than one for a count of equal refusals. */
  readonly count: number
}
