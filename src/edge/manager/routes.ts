import type { Route } from './route.ts'
import { agentRoutes } from './routes/agents.ts'
import { callRoutes } from './routes/calls.ts'
import { capabilityRoutes } from './routes/capabilities.ts'
import { documentRoutes } from './routes/documents.ts'
import { findingRoutes } from './routes/finding.ts'
import { installationRoutes } from './routes/installation.ts'
import { ledgerRoutes } from './routes/ledger.ts'
import { peopleRoutes } from './routes/people.ts'
import { policyRoutes } from './routes/policy.ts'
import { revisionRoutes } from './routes/revisions.ts'
import { serverRoutes } from './routes/servers.ts'
import { sessionRoutes } from './routes/session.ts'
import { suspensionRoutes } from './routes/suspensions.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { wayRoutes } from './routes/ways.ts'

/** The one list: router, permission check, reference and client are made of it. */
const list = [
  ...sessionRoutes,
  ...wayRoutes,
  ...peopleRoutes,
  ...installationRoutes((): readonly Route[] => routes),
  ...documentRoutes,
  ...serverRoutes,
  ...capabilityRoutes,
  ...agentRoutes,
  ...tokenRoutes,
  ...suspensionRoutes,
  ...callRoutes,
  ...findingRoutes,
  ...ledgerRoutes,
  ...policyRoutes,
  ...revisionRoutes,
] as const
export type RouteOfList = (typeof list)[number]
export const routes: readonly Route[] = list
