export const severities = ['info', 'warning', 'serious'] as const
export type Severity = (typeof severities)[number]

/** Something in a definition that a reviewer should see; it decides nothing. */
export interface Finding {
  readonly severity: Severity
  readonly says: string
  /** JSON pointer (RFC 6901) into the definition; empty for the whole of it. */
  readonly at: string
  /** What stands there, with everything spelled out that a screen would not show; empty where `says` is all. */
  readonly excerpt: string
}

/** What is found in one text; where it stands is added by whoever walks. */
export type Found = Omit<Finding, 'at'>
