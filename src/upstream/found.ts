import type { Eras } from '#domain/capability.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Ask } from './ask.ts'
import type { About } from './greet.ts'
import type { Outbound, Upstream } from './upstream.ts'

/** What a server was found to be. */
export interface Found {
  readonly eras: Eras
  readonly discover: JsonObject | undefined
  readonly initialize: JsonObject | undefined
  /** The legacy session that was opened in asking; the server may hold none. */
  readonly session: OwnSession | undefined
  /** It is spoken to over HTTP+SSE, where nobody but the gateway opens sessions. */
  readonly isSse?: true
}

export interface OwnSession {
  readonly id: string | undefined
  readonly revision: string
}

export interface Asker {
  readonly ask: Ask
  readonly about: About
  readonly loan: () => Outbound['loan']
  readonly timeoutMs: number
  /** Makes a sentence of what the server did. */
  readonly say: (what: string) => string
}

export const UNKNOWN: Found = {
  eras: { modern: false, legacy: undefined },
  discover: undefined,
  initialize: undefined,
  session: undefined,
}

/** `2026-07-28 and 2025-11-25`. */
export function revisionsOf({ eras }: Found): string {
  const modern = eras.modern ? ['2026-07-28'] : []
  return [...modern, ...(eras.legacy === undefined ? [] : [eras.legacy])].join(' and ')
}

export function greetingOf({ discover, initialize }: Found): Upstream['greeting'] {
  return { ...(discover && { discover }), ...(initialize && { initialize }) }
}
