import type { Entry } from '#domain/entry.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { LedgerFile, TreeStanding } from '#store/store.ts'
import type { LedgerKey, LedgerKeys } from './keys.ts'
import { verifyCheckpoint } from './sign.ts'

/**
 * Which key signs. Each has an entry, `ledger.key`, that names the one before it. The first one signs
 * when its entry is in the tree; a later one when a checkpoint of the one before it covers its entry,
 * so that whoever trusts one key can follow to the next.
 */
export interface Rotation {
  /** Makes the first key, and writes what entry is missing: also after a crash in between. */
  prepare(standing: TreeStanding): Promise<void>
  /** For the tree as it stands; undefined while the entry of the first key is not in it. */
  signer(standing: TreeStanding): Promise<LedgerKey | undefined>
  /** Makes the next key; `prepare` writes its entry. */
  next(): Promise<LedgerKey>
}

export const createRotation = ({
  plane,
  file,
  keys,
  clock,
  append,
}: {
  plane: PlaneId
  file: Pick<LedgerFile, 'readBack'>
  keys: LedgerKeys
  clock: Clock
  append: (entry: Entry) => Promise<void>
}): Rotation => {
  /** Positions of the keys' entries, once they have been found. */
  const positions = new Map<number, number>()

  /** Made by this process a moment ago: there is no entry to look for. */
  const unentered = new Set<number>()

  /** From the end: an entry that is asked for was written lately, or is missing after a crash. */
  const positionOf = async ({ number, publicKey }: LedgerKey): Promise<number | undefined> => {
    const known = positions.get(number)
    if (known !== undefined || unentered.has(number)) return known
    const fields = { publicKey: base64(publicKey) }
    const [found] = await file.readBack(undefined, 1, { types: ['ledger.key'], fields })
    if (found !== undefined) positions.set(number, found.position)
    return found?.position
  }
  const enter = async (key: LedgerKey): Promise<void> => {
    if ((await positionOf(key)) !== undefined) return
    const before = keys.all.find(({ number }) => number === key.number - 1)
    await append({
      type: 'ledger.key',
      v: 1,
      at: clock.now(),
      plane,
      publicKey: base64(key.publicKey),
      before: before === undefined ? '' : base64(before.publicKey),
    })
    unentered.delete(key.number)
  }
  const make = async (number: number): Promise<void> => {
    if (await keys.make(number, clock.now())) unentered.add(number)
  }
  const signedBy = ({ checkpoint }: TreeStanding): number | undefined =>
    checkpoint && verifyCheckpoint(checkpoint.note, keys.all)?.key
  const firstOf = ({ generation }: TreeStanding): LedgerKey | undefined =>
    generation === 1 ? keys.all[0] : keys.all.at(-1)

  return {
    async prepare(standing) {
      if ((await keys.load()).length === 0) await make(1)
      const by = signedBy(standing)
      const waits =
        by === undefined ? firstOf(standing) : keys.all.find(({ number }) => number === by + 1)
      if (waits !== undefined) await enter(waits)
    },
    async signer(standing) {
      const by = signedBy(standing)
      if (by === undefined) {
        const first = firstOf(standing)
        const position = first && (await positionOf(first))
        return position !== undefined && position <= standing.size ? first : undefined
      }
      const next = keys.all.find(({ number }) => number === by + 1)
      const position = next && (await positionOf(next))
      const isCovered = position !== undefined && position <= (standing.checkpoint?.size ?? 0)
      return isCovered ? next : keys.all.find(({ number }) => number === by)
    },
    async next() {
      const number = ((await keys.load()).at(-1)?.number ?? 0) + 1
      await make(number)
      const made = keys.all.find((key) => key.number === number)
      if (made === undefined) throw new Error(`ledger key ${number} does not stand`)
      return made
    },
  }
}

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
