import { type Fault, type FaultCode, faults } from '#lib/fault.ts'

/**
 * RFC 9457. `type` is stable and names the code of `docs/errors.md`. Whoever is signed in governs this
 * installation, so they are told what was wrong and what would mend it; of our own failures and of a
 * stranger's request only the sentence of the table is told.
 */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  /** One command or one sentence that mends it. */
  readonly fix?: string
  /** Where a fault is ours: what the log has under this id. */
  readonly ref?: string
  readonly retryAfterMs?: number
  /** From when on what was asked for is recorded, UTC milliseconds. */
  readonly recordedSince?: number
  /** What is wrong with documents or a body, one by one. */
  readonly problems?: readonly unknown[]
}

export const problemType = (code: FaultCode): string =>
  `https://bailiwick.dev/problems/${code.replaceAll('_', '-')}`

/** Codes whose detail is about the caller's own request, or about what the caller may know. */
const told: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'bad_documents',
  'bad_header',
  'body_too_large',
  'conflict',
  'flood',
  'method_not_allowed',
  'not_built',
  'not_indexed',
  'not_permitted',
  'setup_code',
  'stale',
  'unconditional',
  'unknown_name',
  'usage',
])

export const problemOf = (
  fault: Fault,
  more: { ref?: string; retryAfterMs?: number } = {},
): Problem => {
  const isTold = told.has(fault.code)
  return {
    type: problemType(fault.code),
    title: faults[fault.code].say,
    status: fault.row.status,
    ...(isTold && fault.detail !== undefined && { detail: fault.detail }),
    ...(isTold && fault.fix !== undefined && { fix: fault.fix }),
    ...('recordedSince' in fault && { recordedSince: Number(fault.recordedSince) }),
    ...('problems' in fault && { problems: fault.problems as readonly unknown[] }),
    ...more,
  }
}
