import type { PlaneId } from '#domain/name.ts'
import type { CallIndex } from './call-index/call-index.ts'
import type { LedgerFile, TreeStanding } from './store.ts'

/** The ledgers of a store, as an engine has them. */
export interface Ledgers {
  plane(id: PlaneId): LedgerFile
  index(id: PlaneId): CallIndex
  /** Planes that have a ledger. */
  list(): Promise<PlaneId[]>
  /** See `Store.planes`. */
  trees(): Promise<TreeStanding[]>
  /** Waits for what is being written. */
  close(): Promise<void>
}
