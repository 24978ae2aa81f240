import type { Entry, Intent, Outcome, Refused, StrangersCount } from '#domain/entry.ts'
import type { IndexedValue, PersonalTexts } from '#domain/indexed.ts'
import type { CallId, PlaneId } from '#domain/name.ts'
import type { CapabilityClass } from '#domain/selector.ts'
import type { Subject } from '#domain/subject.ts'
import type { FollowerStatus } from './follow.ts'
import type { Keep } from './payload.ts'

/**
 * Encrypts what is recorded of calls (AES-256-GCM), with a key for each subject and UTC month. The
 * context is bound: what was sealed for one plane, call and side opens for no other.
 */
export interface PayloadSealer {
  /** What seals now: at once where the key is in memory; rejects where it cannot be had. */
  sealing(subject: Subject, at: number): Sealing | Promise<Sealing>
  /** `erased` where the key was destroyed; undefined where anything was changed. */
  open(sealed: Uint8Array, context: string): Promise<Uint8Array | 'erased' | undefined>
  /** What earlier versions sealed with the one key of a plane. */
  openEarlier(sealed: Uint8Array, context: string): Uint8Array | undefined
}
interface Sealing {
  seal(plain: Uint8Array, context: string): Uint8Array
  /** Of what was given for a personal argument. */
  hash(argument: string, text: string): string
}

/** Seals keys that sign checkpoints; the context is bound. */
export interface KeySealer {
  seal(plain: Uint8Array, context: string): Uint8Array
  open(sealed: Uint8Array, context: string): Uint8Array | undefined
}

/** A result as it is recorded: the subject and the instant are its intent's, whose key it shares. */
export interface RecordedResult {
  readonly subject: Subject
  readonly at: number
  readonly bytes: Uint8Array
}

/**
 * Whether a plane's ledger may be written to: not where it is not the one that was signed and
 * published (`ledger/tree`).
 */
export interface LedgerIntegrity {
  /** Before the first entry of this process: what speaks against it. */
  check(plane: PlaneId): Promise<string | undefined>
  /** What has been found since. */
  problem(plane: PlaneId): string | undefined
}

/**
 * The ledger as the gateway sees it, one for each plane. No record, no call: every promise here
 * resolves only when what it names is durable, and rejects with Fault('unrecordable') otherwise.
 */
export interface PlaneLedger {
  readonly plane: PlaneId
  /**
   * Whether a call may begin: not while the disk refuses, nor where the ledger is not the one that was
   * signed, nor once the plane's budget of entries for this UTC second is spent. Outcomes are written
   * all the same while it is failing or over budget, and refusals are counted.
   */
  room(now: number): 'open' | 'over budget' | 'failing' | 'refused'
  /**
   * Encrypts the arguments for the intent's user, else its client, and appends both, the intent with
   * the commitment to them and the hashes of what is personal; without arguments nothing of them is
   * recorded. Where it rejects, the call must not be made; should the intent come to stand after all, an outcome `failed`,
   * `unrecordable` follows by itself.
   */
  intend(
    intent: Intent,
    argumentsJson?: Uint8Array,
    keep?: Keep,
    personal?: PersonalTexts,
  ): Promise<void>
  /**
   * Exactly one for each intent; a second one rejects with Fault('internal'). Where it rejects with
   * Fault('unrecordable'), the caller must not get the result; as soon as the ledger can be written
   * again the outcome is, with the code `unconfirmed`, and at the next start at the latest as `unknown`.
   */
  conclude(outcome: Outcome, result?: RecordedResult): Promise<void>
  /**
   * The first ten equal refusals of a UTC second in full, then one count when the second is over.
   * Equal is: client, user, operation, indexed arguments, station, reason, rule and quota. Resolves when the entry is
   * durable, at once for those that will be in the count. Texts that a stranger chose are cut to what
   * fits an entry. While the plane is over its budget, and beyond 10,000 different ones in a second,
   * refusals are counted only, new ones under the one reason `other`. Of what is personal the entry
   * has the hash.
   */
  refuse(refused: Refused, personal?: PersonalTexts): Promise<void>
  /** Counts what strangers were refused; one entry a minute and reason at most. Never waits. */
  count(type: StrangersCount['type'], reason: string, now: number): void
  /** Counts a call that is refused because nothing can be recorded: the entry of the gap says how many. */
  turnAway(): void
  append(entry: Entry): Promise<void>
}

export interface Ledger {
  /** Its first entry of this process is preceded by what a start has to write: see `open`. */
  plane(id: PlaneId): PlaneLedger
  /**
   * Called once at start: in every plane that the store knows, intents without an outcome are
   * concluded as `unknown` and `ledger.open` says how many they were; from then on the same is done
   * every few seconds for other processes that have died, and each ledger is followed. A plane whose
   * ledger is refused is left as it is, and the others go on. Rejects with Fault('unrecordable') where
   * one cannot be opened: without it nothing is known of the windows of its quotas. Planes that come
   * later are opened by their first entry.
   */
  open(): Promise<void>
  /** How far those have come that follow a plane's ledger; none where this process does not serve. */
  followers(id: PlaneId): readonly FollowerStatus[]
  /** Writes what is still being counted and `ledger.close`; afterwards nothing is accepted. */
  close(): Promise<void>
}

/** A call as its entries tell it, for `calls` and `why`. */
export interface CallRecord {
  /** Empty for a count. */
  readonly call: CallId
  readonly at: number
  readonly position: number
  readonly agent: string
  readonly consumer: string
  /** On whose behalf; undefined where nobody's. */
  readonly user: string | undefined
  /** Id of the API key that it came by; undefined where it came by a token. */
  readonly apiKey: string | undefined
  readonly method: string
  readonly server: string
  readonly kind: string
  readonly name: string
  /** The template that a URI was read by, where there was one and the entry says so. */
  readonly template: string | undefined
  /** Of what was called, where it had one and the entry says so. */
  readonly class: CapabilityClass | undefined
  /** The flow that it belongs to; undefined for a count, and where the entry does not say. */
  readonly run: string | undefined
  /** The trace-id that its caller sent. */
  readonly trace: string | undefined
  /** What was given for the arguments that were indexed then, by their names: see `Indexed`. */
  readonly indexed: Readonly<Record<string, IndexedValue>>
  /** permitted, denied (unknown, scope, held) or limited. */
  readonly decision: 'permitted' | 'denied' | 'limited' | 'held'
  /** Where it was refused; `forward` where it was permitted. */
  readonly station: string
  /** Why, for those who may know: what the refusal said, or `grant NAME`. */
  readonly because: string
  /** In one word, where it was refused: `unknown`, `rule`, `limited` … */
  readonly reason: string | undefined
  /** The rules and the quota that refused it, where one did. */
  readonly rules: readonly string[]
  readonly quota: string | undefined
  /** The grant that permitted it. */
  readonly grant: string | undefined
  /** Undefined while it is under way. */
  readonly outcome: Pick<Outcome, 'status' | 'code' | 'ms' | 'resultBytes'> | undefined
  /** Greater than one for a count of equal refusals. */
  readonly count: number
}
