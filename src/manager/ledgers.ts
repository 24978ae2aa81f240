import { hash } from 'node:crypto'
import { type Desk, findPlane } from './desk.ts'

export interface KeyRolled {
  readonly plane: string
  /** SHA-256 of the public keys, hexadecimal: what a person compares. */
  readonly before: string
  readonly now: string
}

/** From here on another key signs a plane's checkpoints; the old one has signed the entry that says so. */
export const rollLedgerKey = async (
  { installation }: Desk,
  input: { plane: string },
): Promise<KeyRolled> => {
  const { id } = findPlane(installation.change.current(), input.plane)
  const { before, now } = await installation.trees.plane(id).rollKey()
  return { plane: id, before: fingerprint(before.publicKey), now: fingerprint(now.publicKey) }
}

/** The ledger goes on as it stands, with a log of its own: see `PlaneTree.accept`. */
export const acceptLedger = async (
  { installation, by }: Desk,
  input: { plane: string; reason: string },
): Promise<{ plane: string; origin: string; problem: string }> => {
  const { id } = findPlane(installation.change.current(), input.plane)
  const accepted = await installation.trees.plane(id).accept({ by, why: input.reason })
  // Revisions that could not be entered meanwhile.
  await installation.change.catchUp()
  return { plane: id, ...accepted }
}

const fingerprint = (publicKey: Uint8Array): string => hash('sha256', publicKey)
