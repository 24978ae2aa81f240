import type { PageRoute } from '../routes.ts'

export const settingsRoutes: readonly PageRoute[] = [
  { path: '/m/settings', page: () => import('./Settings.tsx') },
  { path: '/m/settings/$tab', page: () => import('./Settings.tsx') },
]
