import type { PageRoute } from '../routes.ts'

export const alarmRoutes: readonly PageRoute[] = [
  { path: '/m/alarms', page: () => import('./Alarms.tsx') },
]
