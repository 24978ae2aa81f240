// tools/node test test/system/console/screenshots.ts [WORD …]: pictures of every place, in both themes and at two
// widths, into console/screenshots, to be looked at. With words, only of places whose name has one of them.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Made, makeCalls } from './calls.ts'
import { startConsole } from './world.ts'

const folder = fileURLToPath(new URL('../../../console/screenshots/', import.meta.url))
const words = process.argv.slice(2)

const places: readonly (readonly [name: string, path: string])[] = [
  ['overview', '/m?t=24h'],
  ['traffic', '/m/traffic?t=24h'],
  ['ledger', '/m/ledger?t=24h'],
  ['ledger-different', '/m/ledger?t=24h&f.outcome=denied'],
  ['entry', '/m/ledger/12'],
  ['exports', '/m/ledger/exports'],
  ['integrity', '/m/ledger/integrity'],
  ['alarms', '/m/alarms'],
  ['reviews', '/m/reviews'],
  ['drift', '/m/reviews/drift'],
  ['catalog', '/m/catalog'],
  ['capabilities', '/m/catalog/capabilities'],
  ['item', '/m/catalog/items/bank?plane=ops'],
  ['classify', '/m/catalog/items/everything/capabilities?plane=ops'],
  ['access-of-item', '/m/catalog/items/bank/access?plane=ops'],
  ['register', '/m/catalog/register'],
  ['agents', '/m/agents'],
  ['agent', '/m/agents/planner?plane=ops'],
  ['agent-see', '/m/agents/planner/see?plane=ops'],
  ['agent-keys', '/m/agents/planner/keys?plane=ops'],
  ['consumers', '/m/consumers'],
  ['consumer', '/m/consumers/workplace-ai?plane=ops'],
  ['permissions', '/m/permissions'],
  [
    'permissions-usage',
    '/m/permissions?lens=usage&cell=planner@workplace-ai+bank+tool+transfer_create',
  ],
  ['permissions-swapped', '/m/permissions?swap=1'],
  ['grants', '/m/permissions/grants'],
  ['limits', '/m/permissions/limits'],
  ['explain', '/m/permissions/explain'],
  ['tests', '/m/permissions/tests'],
  ['credentials', '/m/credentials'],
  ['settings', '/m/settings/planes'],
  ['settings-people', '/m/settings/people'],
  ['settings-identity', '/m/settings/identity'],
  ['settings-data', '/m/settings/data-classes'],
  ['settings-retention', '/m/settings/retention'],
  ['settings-about', '/m/settings/about'],
  ['portal', '/p'],
  ['not-found', '/m/nowhere'],
]

mkdirSync(folder, { recursive: true })
const world = await startConsole()
const minute = 60_000
const day = Array.from(
  { length: 600 },
  (_, n): Made => ({
    at: Date.now() - minute - ((n * 7919) % (24 * 60)) * minute,
    agent: n % 4 === 0 ? 'auditor' : 'planner',
    name:
      ['accounts_list', 'account_balance', 'transfer_create', 'rates_today'][n % 7] ?? 'statement',
    class: n % 7 === 2 ? 'write' : 'read',
    became:
      n % 7 === 2 ? (n % 3 === 0 ? 'limited' : 'denied') : n % 31 === 0 ? 'failed' : 'complete',
  }),
).toSorted((a, b) => a.at - b.at)
try {
  await makeCalls(world, day)
  const { page, open } = await world.signedIn('alice', { administrator: true })
  for (const [name, path] of places) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue
    for (const width of [1280, 390])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width, height: 800 })
        await page.emulateMedia({ colorScheme })
        await open(path)
        await page.waitForLoadState('networkidle').catch(() => {})
        await page.screenshot({ path: `${folder}${name}-${width}-${colorScheme}.png` })
      }
    console.log(name)
  }
} finally {
  await world.stop()
}
