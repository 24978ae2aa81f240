import type { PageRoute } from '../routes.ts'

export const ledgerRoutes: readonly PageRoute[] = [
  { path: '/m/ledger', page: () => import('./Entries.tsx') },
  { path: '/m/ledger/integrity', page: () => import('./Integrity.tsx') },
  { path: '/m/ledger/find', page: () => import('./Find.tsx') },
  { path: '/m/ledger/exports', page: () => import('./Exports.tsx') },
  { path: '/m/ledger/$position', page: () => import('./Entry.tsx') },
  { path: '/m/calls/$call', page: () => import('../calls/Call.tsx') },
]
