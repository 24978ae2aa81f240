import { parseCheckpoint } from '#lib/checkpoint.ts'
import { emptyRoot } from '#lib/merkle.ts'
import { type NoteKey, parseNote } from '#lib/signed-note.ts'
import { readCheckpoint } from './checkpoint.ts'
import type { LedgerKey } from './keys.ts'
import type { LedgerVerdict } from './ledger.ts'

/** A checkpoint that somebody kept apart from the ledger: what it says is not verified yet. */
export interface Kept {
  readonly note: Uint8Array
  readonly size: number
  readonly origin: string
}

/** What a ledger is held against besides itself, and who is told how far it is. */
export interface Against {
  readonly trusted?: NoteKey | undefined
  readonly kept?: Kept | undefined
  readonly progress?: (entries: number, of: number) => void
}

export const readKept = (note: Uint8Array): Kept | { readonly problem: string } => {
  const parsed = parseNote(note)
  if ('problem' in parsed) return parsed
  const checkpoint = parseCheckpoint(parsed.text)
  if (checkpoint === undefined) return { problem: 'not the text of a checkpoint' }
  return { note, size: checkpoint.size, origin: checkpoint.origin }
}

/**
 * What a ledger alone cannot show: that it is an older copy, was cut off, or became another one behind
 * what somebody has seen of it. Undefined where the ledger still is what it was.
 */
export const keptProblem = (
  kept: Kept,
  about: {
    readonly origin: string
    readonly keys: readonly LedgerKey[]
    readonly verdict: LedgerVerdict
    /** Of the ledger's last checkpoint. */
    readonly size: number
  },
): string | undefined => {
  const { verdict, size } = about
  const read = readCheckpoint(kept.note, about)
  if ('problem' in read) return `it is ${read.problem}`
  const then = when(read.seconds)
  if (read.size > size)
    return verdict.last !== undefined && verdict.last.seconds >= read.seconds
      ? `the ledger was cut off: at ${then} it had ${read.size} entries, and has ${size} now`
      : `the ledger is an older copy, restored or cut off: it ends with ${size} entries, and had ${read.size} at ${then}`
  const root = read.size === 0 ? emptyRoot : verdict.root(read.size)
  if (root === undefined)
    return `it cannot be held against these entries: it counts ${read.size}, which lies outside of their range`
  return Buffer.compare(root, read.root) === 0
    ? undefined
    : `the ledger was forked: its first ${read.size} entries are not those that were signed at ${then}`
}

const when = (seconds: number): string => new Date(seconds * 1000).toISOString()
