import { type Checkpoint, parseCheckpoint } from '#lib/checkpoint.ts'
import { parseNote, verifyNote } from '#lib/signed-note.ts'
import type { LedgerKey } from './keys.ts'

export interface SignedCheckpoint extends Checkpoint {
  /** Since 1970, signed with it. */
  readonly seconds: number
  /** Index of the key that signed it. */
  readonly key: number
}

/**
 * A checkpoint of a plane's ledger as its note must be: three lines, and exactly the two signatures
 * of one of the ledger's keys, over the text and over the text with the time.
 */
export const readCheckpoint = (
  note: string | Uint8Array,
  { origin, keys }: { readonly origin: string; readonly keys: readonly LedgerKey[] },
): SignedCheckpoint | { readonly problem: string } => {
  const parsed = parseNote(typeof note === 'string' ? Buffer.from(note) : note)
  if ('problem' in parsed) return parsed
  const checkpoint = parseCheckpoint(parsed.text)
  if (checkpoint === undefined) return { problem: 'not the text of a checkpoint' }
  if (checkpoint.origin !== origin)
    return { problem: `of another ledger: ${JSON.stringify(checkpoint.origin)}, not ${origin}` }
  const [first, second, ...others] = parsed.signatures
  const key = keys.findIndex(({ plain }) => plain.name === first?.name && plain.id === first.id)
  const its = keys[key]
  if (its === undefined)
    return { problem: `signed by a key that is not the ledger's: ${first?.id}` }
  if (second?.id !== its.timed.id || second.name !== its.timed.name || others.length > 0)
    return { problem: 'not signed as a checkpoint is: once over the text, once with the time' }
  const verified = verifyNote(parsed, [its.plain, its.timed])
  if ('problem' in verified) return verified
  return { ...checkpoint, key, seconds: verified[1]?.seconds ?? 0 }
}
