import assert from 'node:assert/strict'
import type { Change } from '#change/change.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Subject } from '#domain/subject.ts'
import type { Clock, Random } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import type { Store } from '#store/store.ts'
import { createPayloadKeys } from './payload-keys.ts'
import { createPlaneVault, type OpenPlaneVault } from './plane-vault.ts'
import type { Keyring, Vault } from './vault.ts'

interface VaultParts {
  readonly store: Store
  readonly change: Pick<Change, 'execute'>
  readonly keyring: Keyring
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Opens the vault of every plane that stands; secrets stay sealed in memory until a loan is opened. */
export async function createVault({
  store,
  change,
  keyring,
  clock,
  random,
  log,
}: VaultParts): Promise<Vault> {
  const planes = new Map<PlaneId, OpenPlaneVault>()

  const payloadsOf = (plane: PlaneId) => {
    const hash = keyring.pseudonym(plane)
    return createPayloadKeys({
      plane,
      store,
      change,
      sealer: keyring.sealer(plane, 'payload key'),
      pseudonym: (subject) => `${kindOf(subject)}:${hash(subject)}`,
      findKey: keyring.findKey(plane),
      clock,
      random,
    })
  }

  const prepare = async (id: PlaneId) => {
    await keyring.prepare(id)
    if (planes.has(id)) return
    const rows = store.plane(id).secrets
    const sealer = keyring.sealer(id, 'vault')
    const stored = await rows.list()
    if (planes.has(id)) return
    const payloads = payloadsOf(id)
    planes.set(
      id,
      createPlaneVault({ plane: id, change, rows, stored, sealer, payloads, clock, random, log }),
    )
  }
  for (const id of await store.planes.list()) await prepare(id)

  return {
    prepare,
    plane(id) {
      const vault = planes.get(id)
      assert(vault, `the vault of plane ${id} is used before prepare`)
      return vault
    },
    async follow(changes) {
      const moved = changes.filter(({ topic }) => topic === 'secret')
      for (const [id, of] of Map.groupBy(moved, ({ plane }) => plane))
        for (const credential of new Set(of.map(({ name }) => name)))
          await planes.get(id)?.follow(credential)
    },
    forget(changes) {
      for (const { topic, plane } of changes)
        if (topic === 'payload key') planes.get(plane)?.payloads.forget()
    },
    consequence: (documents) =>
      documents.flatMap(({ plane, kind, name, after }) => {
        if (kind !== 'Credential' || after) return []
        const row = planes.get(plane)?.bury(name)
        return row ? [row] : []
      }),
  }
}

const kindOf = (subject: Subject): string => subject.slice(0, subject.indexOf(':'))
