import type { UpstreamFaultCode } from '#lib/fault.ts'
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
  /** The token's scopes do not reach it. */
  | {
      readonly reason: 'scope'
      readonly station: 'permit'
      readonly scopes: readonly string[]
    }
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

/** Never told to the caller; the entry, `why` and the terminal say it to those who may know. */
export type UnknownBecause =
  | 'no such capability'
  | 'no grant'
  | 'grant ended'
  | 'unclassified'
  | 'no such server'

export type QuotaWindow = 'second' | 'minute' | 'day'

export interface Permission {
  /** The grant that permits, by name. */
  readonly grant: string
}
