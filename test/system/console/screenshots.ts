// tools/node test test/system/console/screenshots.ts [WORD …]: pictures of every place, in both themes and at two
// widths, into console/screenshots, to be looked at. With words, only of places whose name has one of them.
// With --readme: the few that the README shows, into docs/pictures. With --turkish: in Turkish.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { callAs } from './calling.ts'
import { type Made, makeCalls } from './calls.ts'
import { startConsole } from './world.ts'

const isForReadme = process.argv.includes('--readme')
const folder = fileURLToPath(
  new URL(
    isForReadme ? '../../../docs/pictures/' : '../../../console/screenshots/',
    import.meta.url,
  ),
)
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))

const places: readonly (readonly [name: string, path: string])[] = [
  ['overview', '/m?t=24h'],
  ['traffic', '/m/traffic?t=24h'],
  ['ledger', '/m/ledger?t=24h'],
  ['ledger-different', '/m/ledger?t=24h&f.outcome=denied'],
  ['entry', '/m/ledger/12'],
  ['find', '/m/ledger/find'],
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

/** What a stranger sees first; each is less than 150 KB. */
const chosen: readonly (readonly [name: string, path: string])[] = [
  ['overview', '/m?t=24h'],
  ['ledger', '/m/ledger?t=24h'],
  ['permissions', '/m/permissions?lens=usage'],
]
const looks = isForReadme
  ? ([[1280, 'light']] as const)
  : ([1280, 390] as const).flatMap((width) =>
      (['light', 'dark'] as const).map((theme) => [width, theme] as const),
    )

mkdirSync(folder, { recursive: true })
const world = await startConsole()
const minute = 60_000

/** The same numbers each time, from 0 to 1: pictures that are made again show the same day. */
let state = 20261128
const random = (): number => {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31
  return state / 2 ** 31
}
const one = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T

/** More of it by day than by night. */
const hoursAgo = (): number => {
  for (;;) {
    const hours = random() * 24
    if (random() < 0.35 + 0.65 * Math.sin((hours / 24) * Math.PI) ** 2) return hours
  }
}

const makeOne = (): Made => {
  const at = Math.round(Date.now() - minute - hoursAgo() * 60 * minute)
  const agent = one('planner', 'planner', 'auditor')
  if (random() < 0.15)
    return {
      ...{ at, agent, name: 'transfer_create', class: 'write' },
      became: one('complete', 'denied', 'denied', 'limited'),
    }
  const name = one(
    'accounts_list',
    'account_balance',
    'account_balance',
    'rates_today',
    'statement',
  )
  return { at, agent, name, class: 'read', became: random() < 0.02 ? 'failed' : 'complete' }
}
const day = Array.from({ length: 600 }, makeOne).toSorted((a, b) => a.at - b.at)
try {
  await makeCalls(world, day)
  const args = { from: 'acc-1001', to: 'acc-1003', amountCents: 2500 }
  const denied = await callAs(world, 'planner', 'bank/transfer_create', { args })
  const call = ['call', `/m/calls/${denied}?plane=ops`] as const
  const { page, open } = await world.signedIn('alice', { administrator: true })
  if (process.argv.includes('--turkish'))
    await page.evaluate("localStorage.setItem('bailiwick.language', 'tr')")
  for (const [name, path] of [...(isForReadme ? chosen : places), call]) {
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue
    for (const [width, colorScheme] of looks) {
      await page.setViewportSize({ width, height: isForReadme ? 720 : 800 })
      await page.emulateMedia({ colorScheme })
      await open(path)
      await page.waitForLoadState('networkidle').catch(() => {})
      const look = isForReadme ? '' : `-${width}-${colorScheme}`
      await page.screenshot({ path: `${folder}${name}${look}.png` })
    }
    console.log(name)
  }
} finally {
  await world.stop()
}
