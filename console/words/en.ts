import { agents } from './en/agents.ts'
import { call } from './en/call.ts'
import { catalog } from './en/catalog.ts'
import { drift } from './en/drift.ts'
import { explain } from './en/explain.ts'
import { find } from './en/find.ts'
import { frame } from './en/frame.ts'
import { integrity } from './en/integrity.ts'
import { ledger } from './en/ledger.ts'
import { overview } from './en/overview.ts'
import { permissions } from './en/permissions.ts'
import { settings } from './en/settings.ts'
import { setup } from './en/setup.ts'
import { ui } from './en/ui.ts'

export const en = {
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
