import type { ComponentType } from 'react'
import { agentRoutes } from './agents/routes.ts'
import { alarmRoutes } from './alarms/routes.ts'
import { catalogRoutes } from './catalog/routes.ts'
import { credentialRoutes } from './credentials/routes.ts'
import { ledgerRoutes } from './ledger/routes.ts'
import { overviewRoutes } from './overview/routes.ts'
import { permissionRoutes } from './permissions/routes.ts'
import { portalRoutes } from './portal/routes.ts'
import { reviewRoutes } from './reviews/routes.ts'
import { settingsRoutes } from './settings/routes.ts'
import { setupRoutes } from './setup/routes.ts'

/** A page: its address as the router writes it (`/m/calls/$call`), and its file, loaded when it is first asked for. */
export interface PageRoute {
  readonly path: string
  readonly page: () => Promise<{ default: ComponentType }>
}

export const pageRoutes: readonly PageRoute[] = [
  ...overviewRoutes,
  ...ledgerRoutes,
  ...alarmRoutes,
  ...reviewRoutes,
  ...catalogRoutes,
  ...agentRoutes,
  ...permissionRoutes,
  ...credentialRoutes,
  ...settingsRoutes,
  ...setupRoutes,
  ...portalRoutes,
]
