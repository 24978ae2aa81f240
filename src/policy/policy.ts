import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { Permission, Refusal } from '#domain/decision.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Suspension } from '#domain/suspension.ts'

/** One caller's permissions in one plane at one revision, joined to its verified token. Immutable. */
export interface CallerView {
  readonly plane: PlaneId
  readonly client: ClientId
  readonly agent: string
  readonly consumer: string
  /** On whose behalf it calls, as its token says. */
  readonly user: string | undefined
  readonly revision: number
  /**
   * Decides by name; the answer for a hidden capability and for one that does not exist differ in
   * `because` alone, which the caller never learns, and are found by the same look-ups.
   * `now` matters for grants that end. About 0.1 µs once asked.
   */
  decide(server: string, kind: CapabilityKind, name: string, now: number): Decision
  /** For `resources/read`: an exact resource, else the templates that match the URI: one that is suspended refuses, else one that permits. */
  decideResource(server: string, uri: string, now: number): Decision
  /** What this caller may discover on a server, in byte order of name; nothing while either is suspended. */
  list(server: string, kind: CapabilityKind, now: number): readonly Capability[]
  /** Whether anything of the server may be discovered. */
  sees(server: string, now: number): boolean
  /**
   * What stops this caller on a server, or on every server (undefined): its own suspension, its
   * user's, its consumer's, the plane's, or the server's. A single capability's is met in `decide`.
   */
  suspension(server: string | undefined): Suspension | undefined
  /** The first instant after `now` at which a grant of this caller ends; infinite where none will. */
  endsAfter(now: number): number
  /** Servers of which anything may be discovered, in byte order. */
  servers(now: number): readonly string[]
}

export type Decision =
  | {
      readonly permitted: true
      readonly capability: Capability
      readonly permission: Permission
      readonly quotas: readonly QuotaRule[]
    }
  | { readonly permitted: false; readonly refusal: Refusal }

/** A quota that counts this capability for this caller: its key says whose count it is. */
export interface QuotaRule {
  readonly name: string
  /** `{plane}/{quota}/{agent}` */
  readonly key: string
  readonly second: number | undefined
  readonly minute: number | undefined
  readonly day: number | undefined
  readonly timeZone: string
}

/** The one evaluator's answer with its reasons, for those who may know. */
export interface Explanation {
  readonly decision: 'permitted' | 'denied' | 'held'
  readonly because: string
  /** Every grant of this agent × consumer, and what it lacked. */
  readonly considered: readonly { grant: string; verdict: string }[]
  readonly quotas: readonly string[]
  /** What would change the answer: a command or a document, ready to use. Undefined where permitted. */
  readonly wouldChange: string | undefined
}
