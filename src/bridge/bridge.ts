import { type Era, LEGACY_HTTP_REVISIONS, MODERN_REVISIONS } from '#mcp/revisions.ts'
import type { Upstream } from '#upstream/upstream.ts'
import { toModern } from './to-modern/upstream.ts'

/** Servers in the era of whoever speaks to them: agents and servers will differ for years (docs/bridging.md). */
export interface Bridges {
  /**
   * The server as somebody of that era speaks to it: itself where it speaks that era, else what carries
   * messages of that era to it and back. Undefined while nothing is known of what it speaks.
   */
  spoken(upstream: Upstream, era: Era): Upstream | undefined
}

export const createBridges = (): Bridges => {
  const bridged = new WeakMap<Upstream, Upstream>()
  const across = (upstream: Upstream): Upstream => {
    const known = bridged.get(upstream)
    if (known) return known
    const made = toModern(upstream)
    bridged.set(upstream, made)
    return made
  }
  return {
    spoken(upstream, era) {
      if (speaks(upstream, era)) return upstream
      return era === 'legacy' && upstream.eras.modern ? across(upstream) : undefined
    },
  }
}

const speaks = ({ eras }: Upstream, era: Era): boolean =>
  era === 'modern' ? eras.modern : eras.legacy !== undefined

/** Revisions a server can be spoken to in, newest first, for errors that must name them. */
export const spokenRevisions = (upstream: Upstream, bridges: Bridges): string[] => [
  ...(bridges.spoken(upstream, 'modern') ? MODERN_REVISIONS : []),
  ...(bridges.spoken(upstream, 'legacy') ? LEGACY_HTTP_REVISIONS : []),
]

/** Whether a legacy session lies with the server itself: neither a child that callers share has one, nor one across a bridge. */
export const holdsSessions = ({ shared, bridgedTo }: Upstream): boolean =>
  !shared && bridgedTo === undefined
