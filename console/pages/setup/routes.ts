import type { PageRoute } from '../routes.ts'

export const setupRoutes: readonly PageRoute[] = [
  { path: '/m/first-call', page: () => import('./FirstCall.tsx') },
]
