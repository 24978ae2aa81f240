import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { rawPublicKey } from '#lib/signed-note.ts'
import type { LedgerKeyRow, LedgerKeyRows } from '#store/store.ts'
import type { KeySealer } from '../ledger.ts'

/** A key that signs a plane's checkpoints, or did. */
export interface LedgerKey {
  readonly number: number
  readonly publicKey: Uint8Array
  readonly privateKey: KeyObject
  readonly at: number
}

export interface LedgerKeys {
  /** As they were last loaded, in the order of their numbers. */
  readonly all: readonly LedgerKey[]
  /** Reads them anew: another process may have made one. */
  load(): Promise<readonly LedgerKey[]>
  /**
   * Makes the key of that number, unless one stands already, and loads: whichever stands then is
   * everybody's. False where it is another process's.
   */
  make(number: number, atMs: number): Promise<boolean>
}

/**
 * The private part is sealed for this purpose alone and bound to its number. The public part comes
 * from the sealed one: who can write the row cannot make us sign, or believe, by another key.
 * Fault('bad_key') where one does not open.
 */
export const createLedgerKeys = ({
  plane,
  rows,
  sealer,
}: {
  plane: PlaneId
  rows: LedgerKeyRows
  /** The plane's key has to be prepared: see `Keyring`. */
  sealer: () => Promise<KeySealer>
}): LedgerKeys => {
  let all: readonly LedgerKey[] = []
  const load = async (): Promise<readonly LedgerKey[]> => {
    const opening = await sealer()
    const known = new Map(all.map((key) => [key.number, key]))
    all = (await rows.list()).map((row) => known.get(row.number) ?? openKey(plane, row, opening))
    return all
  }
  return {
    get all() {
      return all
    },
    load,
    async make(number, atMs) {
      const made = await makeRow(number, atMs, await sealer())
      await rows.add(made)
      const stands = (await load()).find((key) => key.number === number)
      return stands !== undefined && Buffer.compare(stands.publicKey, made.publicKey) === 0
    },
  }
}

const contextOf = (number: number): string => `ledger key ${number}`

const makeRow = async (number: number, at: number, sealer: KeySealer): Promise<LedgerKeyRow> => {
  const { privateKey } = await promisify(generateKeyPair)('ed25519')
  const plain = privateKey.export({ format: 'der', type: 'pkcs8' })
  const sealedPrivate = sealer.seal(plain, contextOf(number))
  plain.fill(0)
  return { number, publicKey: rawPublicKey(privateKey), sealedPrivate, at }
}

const openKey = (plane: PlaneId, row: LedgerKeyRow, sealer: KeySealer): LedgerKey => {
  const plain = sealer.open(row.sealedPrivate, contextOf(row.number))
  if (plain === undefined) {
    throw new Fault('bad_key', {
      detail: `ledger key ${row.number} of plane ${plane} does not open`,
    })
  }
  const der = Buffer.from(plain.buffer, plain.byteOffset, plain.length)
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  der.fill(0)
  return { number: row.number, publicKey: rawPublicKey(privateKey), privateKey, at: row.at }
}
