import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { type Era, LEGACY_HTTP_REVISIONS, MODERN_REVISIONS } from '#mcp/revisions.ts'
import type { Upstream } from '#upstream/upstream.ts'
import type { PlaneMailboxes } from './mailboxes.ts'
import { createToLegacy, type ToLegacy, type ToLegacyLimits } from './to-legacy/to-legacy.ts'
import { toModern as createToModern } from './to-modern/upstream.ts'

/** Servers in the era of whoever speaks to them: agents and servers will differ for years (docs/bridging.md). */
export interface Bridges {
  /**
   * The server as somebody of that era speaks to it: itself where it speaks that era, else what carries
   * messages of that era to it and back. Undefined while nothing is known of what it speaks.
   */
  spoken(upstream: Upstream, era: Era): Upstream | undefined
  /**
   * A server that holds legacy sessions, as a legacy caller speaks to it whose own session does not lie
   * there: what the server asks in the middle of a call ends that call, as with a server of the modern era.
   */
  inRounds(upstream: Upstream): Upstream
  /** That connection takes nothing new: what waits for a caller there ends, and the sessions. */
  leave(upstream: Upstream): void
  /** Calls that wait for their callers, and sessions that are open at servers for callers, altogether. */
  open(): ToLegacy['open']
  /** Ends what waits for a caller, and the sessions that were opened for callers; nothing is carried afterwards. */
  close(): Promise<void>
}

export type BridgeLimits = ToLegacyLimits

export const createBridges = (parts: {
  version: string
  clock: Clock
  nextId: () => string
  limits: BridgeLimits
  mailboxes: (plane: PlaneId) => PlaneMailboxes
}): Bridges => {
  // By connection: a server that is told anew where it is is another one.
  const toLegacy = new Map<Upstream, ToLegacy>()

  const toModern = new WeakMap<Upstream, Upstream>()

  const modern = (upstream: Upstream): Upstream => {
    const known = toModern.get(upstream) ?? createToModern(upstream)
    toModern.set(upstream, known)
    return known
  }
  const legacy = (upstream: Upstream): Upstream => {
    let known = toLegacy.get(upstream)
    if (!known) {
      known = createToLegacy({ ...parts, upstream })
      toLegacy.set(upstream, known)
    }
    return known.upstream
  }

  return {
    spoken(upstream, era) {
      if (speaks(upstream, era)) return upstream
      if (era === 'legacy') return speaks(upstream, 'modern') ? modern(upstream) : undefined
      return speaks(upstream, 'legacy') ? legacy(upstream) : undefined
    },
    inRounds: (upstream) => modern(legacy(upstream)),
    leave(upstream) {
      void toLegacy.get(upstream)?.close()
      toLegacy.delete(upstream)
    },
    open() {
      const all = [...toLegacy.values()].map(({ open }) => open)
      const sum = (of: keyof ToLegacy['open']) => all.reduce((n, one) => n + one[of], 0)
      return { parked: sum('parked'), sessions: sum('sessions') }
    },
    async close() {
      await Promise.all([...toLegacy.values()].map((one) => one.close()))
    },
  }
}

const speaks = ({ eras }: Upstream, era: Era): boolean =>
  era === 'modern' ? eras.modern : eras.legacy !== undefined

/** Revisions a server can be spoken to in, newest first, for errors that must name them. */
export const spokenRevisions = (upstream: Upstream, bridges: Pick<Bridges, 'spoken'>): string[] => [
  ...(bridges.spoken(upstream, 'modern') ? MODERN_REVISIONS : []),
  ...(bridges.spoken(upstream, 'legacy') ? LEGACY_HTTP_REVISIONS : []),
]

/** Whether a legacy session lies with the server itself: neither a child that callers share has one, nor one across a bridge. */
export const holdsSessions = ({ shared, bridgedTo }: Upstream): boolean =>
  !shared && bridgedTo === undefined
