/** A quota as it counts one caller's requests, in a window. */
export interface RateLimit {
  /** Visible ASCII. */
  readonly name: string
  readonly most: number
  readonly windowSeconds: number
  readonly left: number
  readonly resetSeconds: number
}

/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-09), name and value
 * in turn: lists of strings with parameters (RFC 9651 §3.1), the tightest quota first.
 */
export function rateLimitHeaders(limits: readonly RateLimit[]): readonly string[] {
  if (limits.length === 0) return []
  const sorted = limits.toSorted((a, b) => a.left - b.left || b.resetSeconds - a.resetSeconds)
  const policy = sorted.map(
    ({ name, most, windowSeconds }) => `${quote(name)};q=${whole(most)};w=${whole(windowSeconds)}`,
  )
  const state = sorted.map(
    ({ name, left, resetSeconds }) => `${quote(name)};r=${whole(left)};t=${whole(resetSeconds)}`,
  )
  return ['ratelimit-policy', policy.join(', '), 'ratelimit', state.join(', ')]
}

/** RFC 9110 §10.2.3: whole seconds, never so few that whoever waits comes too early. */
export const retryAfter = (retryAfterMs: number): string =>
  String(Math.max(1, Math.ceil(retryAfterMs / 1000)))

/** RFC 9651 §3.3.3. */
const quote = (text: string): string =>
  `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`

/** RFC 9651 §3.3.1: at most fifteen digits. */
const whole = (value: number): number =>
  Math.min(999_999_999_999_999, Math.max(0, Math.ceil(value)))
