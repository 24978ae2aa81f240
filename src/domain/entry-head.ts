import type { PlaneId } from './name.ts'

/**
 * The entries of a plane's ledger: a closed set of shapes, strings and integers only (RFC 8785 needs
 * no more), and for arguments that are indexed null and true; at most 16 KiB. Their position in the ledger is not part of them. Times are UTC
 * milliseconds, durations milliseconds, sizes bytes.
 */
export interface About {
  readonly v: 1
  readonly at: number
  readonly plane: PlaneId
}
