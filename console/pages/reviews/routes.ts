import type { PageRoute } from '../routes.ts'

export const reviewRoutes: readonly PageRoute[] = [
  { path: '/m/reviews', page: () => import('./Inbox.tsx') },
  { path: '/m/reviews/drift', page: () => import('./Drift.tsx') },
  { path: '/m/reviews/drift/$item', page: () => import('./DriftOf.tsx') },
]
