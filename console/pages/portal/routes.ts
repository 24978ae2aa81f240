import type { PageRoute } from '../routes.ts'

export const portalRoutes: readonly PageRoute[] = [
  { path: '/p', page: () => import('./PortalCatalog.tsx') },
  { path: '/p/access', page: () => import('./Access.tsx') },
  { path: '/p/activity', page: () => import('./Activity.tsx') },
]
