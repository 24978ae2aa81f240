import type { PageRoute } from '../routes.ts'

export const overviewRoutes: readonly PageRoute[] = [
  { path: '/m', page: () => import('./Now.tsx') },
  { path: '/m/traffic', page: () => import('./Traffic.tsx') },
]
