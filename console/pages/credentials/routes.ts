import type { PageRoute } from '../routes.ts'

export const credentialRoutes: readonly PageRoute[] = [
  { path: '/m/credentials', page: () => import('./Credentials.tsx') },
]
