import type { PageRoute } from '../routes.ts'

export const agentRoutes: readonly PageRoute[] = [
  { path: '/m/agents', page: () => import('./Agents.tsx') },
  { path: '/m/consumers', page: () => import('./Consumers.tsx') },
  { path: '/m/consumers/$consumer', page: () => import('./Consumer.tsx') },
  { path: '/m/agents/$agent', page: () => import('./Agent.tsx') },
  { path: '/m/agents/$agent/$tab', page: () => import('./Agent.tsx') },
]
