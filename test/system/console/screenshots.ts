// tools/node test test/system/console/screenshots.ts [WORD …]: pictures of every place, in both themes and at two
// widths, into console/screenshots, to be looked at. With words, only of places whose name has one of them.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startConsole } from './world.ts'

const folder = fileURLToPath(new URL('../../../console/screenshots/', import.meta.url))
const words = process.argv.slice(2)

const places: readonly (readonly [name: string, path: string])[] = [
  ['overview', '/m'],
  ['traffic', '/m/traffic'],
  ['ledger', '/m/ledger?t=24h'],
  ['integrity', '/m/ledger/integrity'],
  ['alarms', '/m/alarms'],
  ['reviews', '/m/reviews'],
  ['drift', '/m/reviews/drift'],
  ['catalog', '/m/catalog'],
  ['capabilities', '/m/catalog/capabilities'],
  ['item', '/m/catalog/items/bank?plane=ops'],
  ['agents', '/m/agents'],
  ['consumers', '/m/consumers'],
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
try {
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
