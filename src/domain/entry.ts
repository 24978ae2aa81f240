import type { CapabilityKind } from './capability.ts'
import type { Indexed } from './indexed.ts'
import type { CallId, ClientId, PlaneId } from './name.ts'
import type { CapabilityClass } from './selector.ts'

/**
 * The entries of a plane's ledger: a closed set of shapes, strings and integers only (RFC 8785 needs
 * no more), and for arguments that are indexed null and true; at most 16 KiB. Their position in the ledger is not part of them. Times are UTC
 * milliseconds, durations milliseconds, sizes bytes.
 */
interface About {
  readonly v: 1
  readonly at: number
  readonly plane: PlaneId
}

interface Caller {
  readonly agent: string
  readonly consumer: string
  readonly client: ClientId
  /** On whose behalf; absent where nobody's. */
  readonly user?: string
}

interface Operation extends Indexed {
  readonly method: string
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  /** The template that a URI was read by; absent for all else, and in entries of earlier versions. */
  readonly template?: string
  /** Of what is called so; absent where nothing is, or nobody has classified it, and in entries of earlier versions. */
  readonly class?: CapabilityClass
}

/** Which flow a call belongs to; absent in entries of earlier versions. */
interface Flow {
  readonly run?: string
  /** The trace-id that its caller sent (W3C Trace Context), 32 hexadecimal digits; absent where none did. */
  readonly trace?: string
}

/** Who refused, by name; absent where nobody of that kind did, and in entries of earlier versions. */
interface Refuser {
  /** Of several that ask for scopes, all, with a space between. */
  readonly rule?: string
  readonly quota?: string
}

/** Durable before anything reaches the server. The arguments lie encrypted in the payload beside it. */
export interface Intent extends About, Caller, Operation, Flow {
  readonly type: 'call.intent'
  readonly call: CallId
  /** Fingerprint of the definition that was pinned. */
  readonly definition: string
  readonly grant: string
  /** The quotas whose windows this call was counted in. */
  readonly quotas: readonly string[]
  /** `name#version` of the credential lent; empty where none is. */
  readonly credential: string
  /** Of MCP; `rest` where it was called as a REST API. */
  readonly era: 'modern' | 'legacy' | 'rest'
  /** Revision of policy and registry that decided. */
  readonly revision: number
  readonly argumentBytes: number
}

/** Durable before the final message leaves. Exactly one for each intent. */
export interface Outcome extends About {
  readonly type: 'call.outcome'
  readonly call: CallId
  /**
   * `complete`, `tool error` (the tool said isError), `protocol error` (a JSON-RPC error), `input
   * required` (a round of it), `failed` (no answer: see code), `cancelled` (its caller went away, or
   * with the code `suspended` or `revoked`: it was permitted no longer),
   * `unknown` (this process ended in between).
   */
  readonly status:
    | 'complete'
    | 'tool error'
    | 'protocol error'
    | 'input required'
    | 'failed'
    | 'cancelled'
    | 'unknown'
  /** JSON-RPC code, fault code, or `http 404` of an API, where there is one, else empty. */
  readonly code: string
  readonly ms: number
  readonly resultBytes: number
}

/** A call refused at any step, in full; the first ten of a second of equal ones. */
export interface Refused extends About, Caller, Operation, Flow, Refuser {
  readonly type: 'call.refused'
  readonly call: CallId
  readonly station: string
  readonly reason: string
  /** What those who may know are told: `no grant`, `quota create-ticket, 2 per second` … */
  readonly because: string
  readonly revision: number
  readonly argumentBytes: number
}

/**
 * The rest of a second of equal refusals, as one count. With the reason `other`, and without caller
 * and operation, those that were too many or too different to be counted apart.
 */
export interface RefusedCount extends About, Caller, Operation, Refuser {
  readonly type: 'call.refused.count'
  readonly station: string
  readonly reason: string
  readonly because: string
  readonly count: number
  readonly from: number
  readonly to: number
}

/** The unauthenticated, counted and not stored one by one: at most one entry a minute and reason. */
export interface Unauthenticated extends About {
  readonly type: 'unauthenticated.count'
  readonly reason: string
  readonly count: number
  readonly from: number
  readonly to: number
}

/** Policy or registry changed; the revision holds the diff. */
export interface Changed extends About {
  readonly type: 'policy.changed'
  readonly revision: number
  readonly by: string
  readonly set: string
  readonly summary: string
  /** The reason that was given, empty where none was; absent in entries of earlier versions. */
  readonly why?: string
}

export interface Opened extends About {
  readonly type: 'ledger.open' | 'ledger.close'
  readonly version: string
  /** Orphaned intents that were closed as unknown. */
  readonly orphans: number
}

export type Entry = Intent | Outcome | Refused | RefusedCount | Unauthenticated | Changed | Opened
export type EntryType = Entry['type']
