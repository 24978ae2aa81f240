import type { Spoken } from './told.ts'

/**
 * Documents, what servers offer, and calls, as the naive evaluator takes them: what `reading.ts` has
 * read and a person could as well. Nothing here or there knows of `src`.
 */
export interface World {
  readonly capabilities: readonly Capability[]
  /** In order of name, as are rules and quotas. */
  readonly grants: readonly Grant[]
  readonly rules: readonly Rule[]
  readonly quotas: readonly Quota[]
  /** What is told of it, by what is suspended: `agent/planner`, `capability/mes/tool/read_line`. */
  readonly suspended: Readonly<Record<string, string>>
}

export type Kind = 'tool' | 'prompt' | 'resource' | 'template' | 'operation'
export type State = 'pinned' | 'held' | 'absent'

/** What an item has or had; with what its item says of it. */
export interface Capability {
  readonly item: string
  readonly kind: Kind
  /** The key by which selectors name it: `resources` for a template. */
  readonly members: string
  readonly name: string
  readonly state: State
  /** Undefined where nobody has classified it. */
  readonly class: string | undefined
  /** Its own and its item's, data classes included. */
  readonly labels: readonly string[]
  readonly scopes: readonly string[]
  readonly variantOf: string | undefined
  readonly owner: string
  readonly lifeCycle: string
  /** No token that was issued longer ago is taken. */
  readonly maxAgeMs: number
  /** What it stops with: its item, itself, what it is a variant of. */
  readonly under: readonly string[]
}

export interface Grant {
  readonly name: string
  /** `agent/planner` or `group/crew`. */
  readonly holder: string
  readonly consumer: string
  readonly allow: readonly Selector[]
  readonly when?: string
  readonly until?: string
  /** `grant/NAME`, where it has its own. */
  readonly quota?: string
}
export interface Rule {
  readonly name: string
  readonly over: readonly Selector[]
  readonly when?: string
  readonly deny?: true
  readonly require?: string
  readonly within?: Hours
  readonly consumers?: readonly string[]
  /** Scopes that whoever does not fulfil it is told to ask for. */
  readonly challenge?: readonly string[]
}
export interface Hours {
  readonly days?: readonly string[]
  readonly from: string
  readonly to: string
}
export interface Quota {
  readonly name: string
  readonly over: readonly Selector[]
}
/** Its members are ANDed; what is not there says nothing. */
export interface Selector {
  readonly items?: readonly string[]
  readonly classes?: readonly string[]
  /** `tools`, and which. */
  readonly members?: string
  readonly names?: readonly string[]
  readonly labels?: readonly string[]
  readonly scopes?: readonly string[]
}

export interface Call {
  /** What the caller stops with: the plane, its consumer, its agent, its user. */
  readonly under: readonly string[]
  /** As whom it holds grants. */
  readonly holders: readonly string[]
  readonly consumer: string
  readonly speaker: Pick<Spoken, 'caller' | 'consumer' | 'user'>
  /** Of its token; without them it has what its grants imply. */
  readonly scopes: readonly string[] | undefined
  /** How long ago its token was issued. */
  readonly ageMs: number
  readonly kind: Kind
  /** What is told where nothing goes by the name that was called. */
  readonly missing: string
  /** What goes by the name that was called: of a URI also the templates that make it. */
  readonly uses: readonly Use[]
  /** What is wrong with its arguments, if anything is. */
  readonly misfit: string | undefined
  readonly now: number
  /** What clocks in the plane's time zone show, and the day of the week before. */
  readonly wall: {
    readonly date: string
    readonly time: string
    readonly day: string
    readonly dayBefore: string
  }
}
export interface Use {
  readonly of: Capability
  readonly args: Readonly<Record<string, unknown>>
  readonly uri: string | undefined
}

/** What becomes of a call: `permitted`, by which grant, and what counts it; or the reason, and why. */
export interface Answer {
  readonly reason: string
  readonly because: string
  readonly counted?: readonly string[]
}
