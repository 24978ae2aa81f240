import { type Era, LEGACY_HTTP_REVISIONS, MODERN_REVISIONS } from '#mcp/revisions.ts'
import type { Upstream } from '#upstream/upstream.ts'

/** Servers in the era of whoever speaks to them. */
export interface Bridges {
  /**
   * The server as somebody of that era speaks to it: itself where it speaks that era. Undefined where
   * it does not, and while nothing is known of what it speaks.
   */
  spoken(upstream: Upstream, era: Era): Upstream | undefined
}

export const createBridges = (): Bridges => ({
  spoken: (upstream, era) => (speaks(upstream, era) ? upstream : undefined),
})

const speaks = ({ eras }: Upstream, era: Era): boolean =>
  era === 'modern' ? eras.modern : eras.legacy !== undefined

/** Revisions a server can be spoken to in, newest first, for errors that must name them. */
export const spokenRevisions = (upstream: Upstream, bridges: Bridges): string[] => [
  ...(bridges.spoken(upstream, 'modern') ? MODERN_REVISIONS : []),
  ...(bridges.spoken(upstream, 'legacy') ? LEGACY_HTTP_REVISIONS : []),
]
