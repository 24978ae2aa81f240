import { type Checkpoint, checkpointText, parseCheckpoint } from '#lib/checkpoint.ts'
import {
  createNoteKey,
  type NoteKey,
  type NoteType,
  noteTypes,
  parseNote,
  signNote,
  verifyNote,
} from '#lib/signed-note.ts'
import type { LedgerKey } from './keys.ts'

/** What a signed checkpoint says, once it has been verified. */
export interface VerifiedCheckpoint extends Checkpoint {
  readonly note: string
  /** The number of the key. */
  readonly key: number
  /** The time that was signed, UTC milliseconds, whole seconds. */
  readonly at: number
}

/** Both lines by the same key: the second signs the time as well (C2SP tlog-cosignature). */
const types: readonly NoteType[] = [noteTypes.plain, noteTypes.timed]

export const signCheckpoint = (checkpoint: Checkpoint, key: LedgerKey, atMs: number): string => {
  const signers = types.map((type) => ({
    key: createNoteKey(checkpoint.origin, type, key.publicKey),
    privateKey: key.privateKey,
  }))
  return signNote(checkpointText(checkpoint), signers, Math.floor(atMs / 1000))
}

/**
 * Undefined where it is no checkpoint, or not signed, text and time, by one of these keys under its
 * own origin.
 */
export const verifyCheckpoint = (
  note: string,
  keys: readonly LedgerKey[],
): VerifiedCheckpoint | undefined => {
  const parsed = parseNote(Buffer.from(note))
  if ('problem' in parsed) return undefined
  const checkpoint = parseCheckpoint(parsed.text)
  if (checkpoint === undefined) return undefined
  const known = new Map<NoteKey, number>()
  for (const { number, publicKey } of keys)
    for (const type of types) known.set(createNoteKey(checkpoint.origin, type, publicKey), number)
  const verified = verifyNote(parsed, [...known.keys()])
  if ('problem' in verified) return undefined
  const plain = verified.find(({ key }) => key.type === noteTypes.plain)
  const timed = verified.find(({ key }) => key.type === noteTypes.timed)
  const key = timed && known.get(timed.key)
  if (key === undefined || timed?.seconds === undefined) return undefined
  if (plain === undefined || known.get(plain.key) !== key) return undefined
  return { ...checkpoint, note, key, at: timed.seconds * 1000 }
}
