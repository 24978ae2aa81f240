import type { About } from './entry-head.ts'

/**
 * Somebody was given the key by which pages hash whom they look for: from then on they can tell, of a hash
 * that they come by, whether it is of a text that they try. Durable before they have it.
 */
export interface FindKeyGiven extends About {
  readonly type: 'find.key'
  readonly by: string
  readonly why: string
}

/**
 * Somebody looks for a person. Durable before anything is looked for. It does not say for whom: what they
 * are found by would outlive their erasure here.
 */
export interface FindAsked extends About {
  readonly type: 'find.asked'
  readonly by: string
  readonly argument: string
  /** UTC milliseconds; absent where any time was asked for. */
  readonly since?: number
  readonly until?: number
  readonly why: string
}
