import type { PageRoute } from '../routes.ts'

export const catalogRoutes: readonly PageRoute[] = [
  { path: '/m/catalog', page: () => import('./Items.tsx') },
  { path: '/m/catalog/capabilities', page: () => import('./Capabilities.tsx') },
  { path: '/m/catalog/register', page: () => import('./Register.tsx') },
  { path: '/m/catalog/items/$item', page: () => import('./Item.tsx') },
  { path: '/m/catalog/items/$item/$tab', page: () => import('./Item.tsx') },
]
