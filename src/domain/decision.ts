import type { UpstreamFaultCode } from '#lib/fault.ts'
import type { RequiredBinding } from './requirement.ts'
import type { Suspension } from './suspension.ts'

/** The six steps, in the order of trust; the words of the code, the strip, the entry and the terminal. */
export const stations = [
  'authenticate',
  'permit',
  'limit',
  'credential',
  'forward',
  'record',
] as const
export type Station = (typeof stations)[number]

/** Why a call was not permitted: closed, tagged, and exhaustively mapped to what a caller may learn. */
export type Refusal =
  /** There is no such capability, or none that this caller may discover: the same answer for both. */
  | { readonly reason: 'unknown'; readonly station: 'permit'; readonly because: UnknownBecause }
  /** Its definition changed and its owner has not released it. */
  | { readonly reason: 'held'; readonly station: 'permit'; readonly because: 'definition changed' }
  /** Its server did not tell in time whether the definition is still the one that was released. */
  | {
      readonly reason: 'unseen'
      readonly station: 'permit'
      readonly code: UpstreamFaultCode
      /** What its server did, for those who operate the gateway. */
      readonly detail: string
    }
  /** Its caller, its server or it itself is suspended, or the whole plane is. */
  | {
      readonly reason: 'suspended'
      readonly station: 'permit'
      readonly suspension: Suspension
      /** Who owns what is suspended, as the documents say; undefined where they do not. */
      readonly owner: string | undefined
    }
  /** What it was called with does not fit its definition. */
  | {
      readonly reason: 'arguments'
      readonly station: 'permit'
      readonly problems: readonly ArgumentProblem[]
    }
  /** Grants reach it, and none of them permits this call: their conditions do not hold of it. */
  | {
      readonly reason: 'condition'
      readonly station: 'permit'
      /** Those grants, by name. */
      readonly grants: readonly string[]
      /** The first whose condition could not be worked out, and why. */
      readonly failed: { readonly grant: string; readonly error: string } | undefined
      readonly fallback: string | undefined
    }
  /** A rule that no grant overrides. */
  | {
      readonly reason: 'rule'
      readonly station: 'permit'
      readonly rule: string
      readonly because: RuleBecause
      /** Why its condition could not be worked out, where it could not. */
      readonly error: string | undefined
      readonly fallback: string | undefined
    }
  /** The token lacks scopes that this caller can obtain: what the capability needs, and what rules ask for. */
  | {
      readonly reason: 'scope'
      readonly station: 'permit'
      /** All that the call needs, those that the token has among them. */
      readonly scopes: readonly string[]
      /** The rules that ask for some of them, by name. */
      readonly rules: readonly string[]
      readonly fallback: string | undefined
    }
  /** The plane, the item or a rule wants more of the token than it says of itself. */
  | ({ readonly reason: 'token'; readonly station: 'permit' } & TokenLack)
  /** The server's credential is not in the vault. */
  | { readonly reason: 'credential'; readonly station: 'credential'; readonly server: string }
  /** The server speaks another era of the protocol than the caller, and nothing bridges them. */
  | {
      readonly reason: 'era'
      readonly station: 'forward'
      readonly speaks: readonly string[]
      readonly asked: string
    }
  | {
      readonly reason: 'limited'
      readonly station: 'limit'
      readonly quota: string
      readonly window: QuotaWindow
      readonly most: number
      readonly retryAfterMs: number
    }

/** What a token lacks that another token could have. */
export type TokenLack =
  /** It was issued longer ago. */
  | { readonly maxAgeMs: number }
  /** It is not bound to a key in that way. */
  | { readonly binding: RequiredBinding }
  /** Its user did not sign in as strongly as one of these; `rule` is the one that asks. */
  | { readonly acr: readonly string[]; readonly rule?: string | undefined }
  /** It is an API key, where something is demanded that a token alone can have. */
  | { readonly apiKey: true }

/** Never told to the caller; the entry, `why` and the terminal say it to those who may know. */
export type UnknownBecause =
  | 'no such capability'
  | 'no grant'
  | 'grant ended'
  /** Grants select it, and of this caller their conditions are not true. */
  | 'condition not met'
  | 'unclassified'
  | 'not published'
  | 'no such server'
  /** A variant hides fields of a result: of it there is no completion and no subscription. */
  | 'not of a variant'
  /** No task of this caller's is called so. */
  | 'no such task'

/** How a rule stands against a call. */
export type RuleBecause =
  | 'nobody may'
  | 'not fulfilled'
  | 'outside its hours'
  | 'not for this consumer'
  /** An evaluation error denies. */
  | 'its condition fails'

/** Never holds what was given, for an entry shows it to whoever may read the call. */
export interface ArgumentProblem {
  /** A JSON pointer (RFC 6901); empty for the arguments as a whole. */
  readonly at: string
  readonly message: string
}

export type QuotaWindow = 'second' | 'minute' | 'day'

export interface Permission {
  /** The grant that permits, by name. */
  readonly grant: string
}
