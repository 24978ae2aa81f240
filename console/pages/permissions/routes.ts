import type { PageRoute } from '../routes.ts'

export const permissionRoutes: readonly PageRoute[] = [
  { path: '/m/permissions', page: () => import('./Matrix.tsx') },
  { path: '/m/permissions/grants', page: () => import('./Grants.tsx') },
  { path: '/m/permissions/limits', page: () => import('./Limits.tsx') },
  { path: '/m/permissions/explain', page: () => import('./Explain.tsx') },
  { path: '/m/permissions/tests', page: () => import('./Tests.tsx') },
]
