import { agents } from './tr/agents.ts'
import { call } from './tr/call.ts'
import { catalog } from './tr/catalog.ts'
import { drift } from './tr/drift.ts'
import { explain } from './tr/explain.ts'
import { find } from './tr/find.ts'
import { frame } from './tr/frame.ts'
import { integrity } from './tr/integrity.ts'
import { ledger } from './tr/ledger.ts'
import { overview } from './tr/overview.ts'
import { permissions } from './tr/permissions.ts'
import { settings } from './tr/settings.ts'
import { setup } from './tr/setup.ts'
import { ui } from './tr/ui.ts'

export const tr = {
  ...agents,
  ...call,
  ...catalog,
  ...drift,
  ...explain,
  ...find,
  ...frame,
  ...integrity,
  ...ledger,
  ...overview,
  ...permissions,
  ...settings,
  ...setup,
  ...ui,
}
