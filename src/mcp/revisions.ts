/**
 * The revisions of the Model Context Protocol, oldest first. A revision is its date; comparing two
 * dates as text compares the revisions.
 */
export const REVISIONS = [
  '2024-11-05',
  '2025-03-26',
  '2025-06-18',
  '2025-11-25',
  '2026-07-28',
] as const

export type Revision = (typeof REVISIONS)[number]

/**
 * MCP 2026-07-28, basic/versioning §Terminology. `legacy` opens with an `initialize` handshake
 * (2025-11-25 and earlier); `modern` declares version and capabilities in every request.
 */
export type Era = 'modern' | 'legacy'

/** The revisions whose requests carry the per-request envelope, newest first, as `supported` lists them. */
export const MODERN_REVISIONS = ['2026-07-28'] as const satisfies readonly Revision[]

/**
 * The legacy revisions that Streamable HTTP exists in, newest first. 2024-11-05 has only the
 * deprecated HTTP+SSE transport, so nobody speaks it over one POST endpoint.
 */
export const LEGACY_HTTP_REVISIONS = [
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
] as const satisfies readonly Revision[]

/** The legacy revisions of a stdio peer, newest first. */
export const LEGACY_STDIO_REVISIONS = [
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
] as const satisfies readonly Revision[]

/** What a request without MCP-Protocol-Version is taken for (2025-06-18 … 2025-11-25, basic/transports §Protocol Version Header). */
export const ASSUMED_REVISION: Revision = '2025-03-26'

/** True for exactly the spellings in REVISIONS. */
export function isRevision(text: unknown): text is Revision {
  return (REVISIONS as readonly unknown[]).includes(text)
}

export function eraOf(revision: Revision): Era {
  return revision >= '2026-07-28' ? 'modern' : 'legacy'
}

/** True when `revision` is `other` or newer. */
export function isAtLeast(revision: Revision, other: Revision): boolean {
  return revision >= other
}

/** JSON-RPC batches exist in 2025-03-26 alone: added there, removed by 2025-06-18 (its changelog). */
export function hasBatches(revision: Revision): boolean {
  return revision === '2025-03-26'
}
