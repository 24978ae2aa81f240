import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { planeId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { systemRandom } from '#lib/clock.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { createVault } from '#vault/create-vault.ts'
import { createKeyring } from '#vault/keyring.ts'
import type { Keyring, Vault } from '#vault/vault.ts'
import { openDoor } from '../change/door.ts'

export const ops = planeId('ops')
export const finance = planeId('finance')

export const stillClock: Clock = {
  now: () => Date.UTC(2026, 10, 22, 12),
  elapsed: () => 0,
  after: () => () => {},
}

export async function newFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-vault-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function newStore(
  context: TestContext,
  folder: string | 'memory' = 'memory',
): Promise<Store> {
  const store = await openStore({
    folder,
    appendDeadlineMs: 1000,
    clock: stillClock,
    log: silentLog,
  })
  context.after(() => store.close())
  return store
}

export const openKeyring = (folder: string | 'memory', store: Store): Promise<Keyring> =>
  createKeyring({ folder, values: store.values, random: systemRandom, log: silentLog })

/** A vault with both planes prepared, as the composition root does it. */
export async function openVault(keyring: Keyring, store: Store): Promise<Vault> {
  const change = await openDoor(store, stillClock)
  const parts = { store, change, keyring, clock: stillClock, random: systemRandom, log: silentLog }
  const vault = await createVault(parts)
  change.onChange(({ changes }) => vault.follow(changes))
  change.onDocuments(vault.consequence)
  await vault.prepare(ops)
  await vault.prepare(finance)
  return vault
}
