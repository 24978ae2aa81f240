import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { Permission, Refusal, RuleBecause } from '#domain/decision.ts'
import type { AgentDocument } from '#domain/documents.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Suspension } from '#domain/suspension.ts'

type Claim = NonNullable<AgentDocument['claims']>[string]

/** Who calls, as its token says. */
export interface Who {
  readonly client: ClientId
  /** On whose behalf it calls; undefined for nobody's. It has to be said, so that no suspension is overlooked. */
  readonly user: string | undefined
  /** Of its token; undefined where that carries none, which means what its grants imply. */
  readonly scopes: ReadonlySet<string> | undefined
  /** What its issuer vouches for, over what the Agent says by that name; undefined where it tells nothing of it. */
  readonly claims?: Readonly<Record<string, Claim | undefined>> | undefined
  /** When its token was issued, UTC milliseconds; undefined where there is none (a try): then none is too old. */
  readonly issuedAt: number | undefined
  /** How it is bound to a key that was proven, and how strongly its user signed in; what is left out it has not. */
  readonly binding?: 'dpop' | 'mtls' | undefined
  readonly acr?: string | undefined
  /** It is no token but an API key, of which nothing can be demanded. */
  readonly byApiKey?: boolean
  /** The flow that a call of it at that instant belongs to. */
  run(now: number): string
}

/** What is to be used, as it is named, and with what. */
export interface Question {
  readonly server: string
  readonly kind: CapabilityKind
  /** A resource by its URI: it is found by that, or by a template that makes it. */
  readonly name: string
  /**
   * As they were given, whatever JSON that is; undefined where they are not known (a completion, a try
   * without them): then nothing that depends on them is permitted. Resources have none.
   */
  readonly args: unknown
}

/** One caller's permissions in one plane at one revision, joined to its verified token. Immutable. */
export interface CallerView {
  readonly plane: PlaneId
  readonly who: Who
  readonly client: ClientId
  readonly agent: string
  readonly consumer: string
  /** On whose behalf the agent acts; undefined where it acts for nobody. */
  readonly user: string | undefined
  readonly revision: number
  /** Its grants and those of its agent's groups, in order of name; those that ended too. */
  readonly grants: readonly string[]
  /**
   * Decides by name; the answer for a hidden capability and for one that does not exist differ in
   * `because` alone, which the caller never learns, and are found by the same look-ups. Of several
   * templates that make a URI, one that is suspended refuses, else one permits. About 0.1 µs once
   * asked, where no condition is to be evaluated and no schema to be followed.
   */
  decide(question: Question, now: number, recorder?: Recorder): Decision
  /**
   * Whatever is called by that name, whether or not this caller may use it: for the record of a call
   * alone. A URI is the resource's, and that of every template that it fits; a variant is what it is
   * derived from too.
   */
  called(question: Pick<Question, 'server' | 'kind' | 'name'>): readonly Capability[]
  /** What goes by a short form at the plane's endpoint, whether or not this caller may use it: see `Shelf`. */
  shortened(server: string, kind: CapabilityKind, short: string): string | undefined
  /**
   * What this caller may discover on a server, in byte order of name: what it may call with some
   * arguments or other, as far as grants say. Nothing while either is suspended.
   */
  list(server: string, kind: CapabilityKind, now: number): readonly Capability[]
  /** Whether anything of the server may be discovered. */
  sees(server: string, now: number): boolean
  /** Its owner wants nobody to begin with it. */
  isDeprecated(server: string): boolean
  /**
   * What stops this caller on a server, or on every server (undefined): its own suspension, its
   * consumer's, the plane's, or the server's. A single capability's is met in `decide`.
   */
  suspension(server: string | undefined): Suspension | undefined
  /** When the next of this caller's grants ends; infinite where none does. Until then time alone takes no grant. */
  endsAfter(now: number): number
  /**
   * What this caller's lists are worked out from besides the items: while each of it is the same, and no
   * grant has ended, the lists of an item whose state is the same are the same.
   */
  basis(now: number): readonly unknown[]
  /** Every server and API of the plane, seen or not, with what stands for the one state that it is in. */
  readonly states: ReadonlyMap<string, unknown>
  /** Servers of which anything may be discovered, in byte order. */
  servers(now: number): readonly string[]
}

/** What was met, as far as it was: for those who may know, never for the caller. */
interface Met {
  readonly capability: Capability | undefined
  /** The arguments as conditions see them: those that were given, or the variables of a template. */
  readonly args: Readonly<Record<string, unknown>> | undefined
}

export interface Permitted extends Met {
  readonly permitted: true
  readonly capability: Capability
  readonly permission: Permission
  /** All that count it, the grant's own among them. */
  readonly quotas: readonly QuotaRule[]
  /** The grant's own, where it has one: no other grant is bound by it. */
  readonly own: QuotaRule | undefined
  /**
   * The same call at the same instant by the next grant that permits it, for when the own quota of this
   * one is used up. Grants without a quota go before those with one, so that no grant that is added
   * bounds what was free before. Undefined where there is none to ask: work begins when it is called.
   */
  readonly otherwise: (() => Permitted | undefined) | undefined
}
export interface Refused extends Met {
  readonly permitted: false
  readonly refusal: Refusal
}
export type Decision = Permitted | Refused

/** A quota that counts this capability for this caller: its key says whose count it is. */
export interface QuotaRule {
  /** A Quota's own name, or `grant/NAME` for the quota of a Grant. */
  readonly name: string
  /** `{plane}/{name}/{agent}` */
  readonly key: string
  readonly second: number | undefined
  readonly minute: number | undefined
  readonly day: number | undefined
  readonly timeZone: string
}

/**
 * How a condition, a grant or a rule stands against a call. `open`: it depends on arguments that are
 * not known. An error counts as no permission, and as a denial.
 */
export type Verdict = 'holds' | 'untrue' | 'open' | { readonly error: string }

/** Hears what a decision was made of; with one, what would not be looked at any more is looked at too. */
export interface Recorder {
  grant(name: string, verdict: Verdict | 'ended'): void
  /** `because`: why the rule denies; undefined where the call is as it wants, or it is not about it. */
  rule(name: string, verdict: Verdict | 'not about it', because: RuleBecause | undefined): void
}

export interface InTheWay {
  readonly kind: 'Grant' | 'Rule'
  readonly name: string
  /** YAML, as it stands. */
  readonly document: string
}

/** The one evaluator's answer with its reasons, for those who may know. */
export interface Explanation {
  /** `depends`: on arguments that were not given. */
  readonly decision: 'permitted' | 'denied' | 'held' | 'depends'
  readonly because: string
  /** Every grant of this agent × consumer, its groups' among them, and how it stands. */
  readonly considered: readonly { readonly grant: string; readonly verdict: string }[]
  /** Every rule over the capability, and how it stands. */
  readonly rules: readonly { readonly rule: string; readonly verdict: string }[]
  readonly quotas: readonly string[]
  /** The redacted variant that may be called instead. */
  readonly fallback: string | undefined
  /** What changes the answer: commands to choose from, one a line, or a document; ready to use. */
  readonly wouldChange: string | undefined
  /** What would have to say something else, where nothing can be said in its stead. */
  readonly inTheWay: InTheWay | undefined
}
