import { type Hash, leafHash } from '#lib/merkle.ts'
import { inclusionRoot } from '#lib/merkle-proof.ts'
import { createNoteKey, type NoteKey, noteTypes, parseVerifierKey } from '#lib/signed-note.ts'
import { parseTlogProof } from '#lib/tlog-proof.ts'
import { readBody } from './body.ts'
import { readCheckpoint } from './checkpoint.ts'

/** One key pair of a ledger, in both of its roles. */
export interface LedgerKey {
  readonly plain: NoteKey
  readonly timed: NoteKey
  /** Of the entry that brought it in. */
  readonly position: number
}

/** A key as it is handed on: the first by itself, each other with the proof of its entry. */
export interface WrittenKey {
  /** Verifier key of type 0x01. */
  readonly key: string
  readonly position: number
  /** tlog-proof of the entry `ledger.key` under a checkpoint that an earlier key signed. */
  readonly proof?: string
}

export const ledgerKey = (origin: string, publicKey: Uint8Array, position: number): LedgerKey => ({
  plain: createNoteKey(origin, noteTypes.plain, publicKey),
  timed: createNoteKey(origin, noteTypes.timed, publicKey),
  position,
})

/**
 * The keys of a ledger, each vouched for by the one before it. The problem where one is not.
 * The first is whoever wrote them down's word: it is compared with what was handed over otherwise.
 */
export const readKeys = (
  origin: string,
  written: readonly WrittenKey[],
): readonly LedgerKey[] | { readonly problem: string } => {
  const keys: LedgerKey[] = []
  for (const [at, one] of written.entries()) {
    const key = parseVerifierKey(one.key)
    if (key?.type !== noteTypes.plain || key.name !== origin)
      return { problem: `key ${at + 1} is no verifier key of ${origin}` }
    const problem = at === 0 ? firstProblem(one) : introductionProblem(origin, one, key, keys)
    if (problem !== undefined) return { problem: `key ${at + 1} ${problem}` }
    keys.push(ledgerKey(origin, key.publicKey, one.position))
  }
  return keys.length > 0 ? keys : { problem: 'there is no key' }
}

/** As they are written, whatever vouches for them: to name what else is wrong where `readKeys` has failed. */
export const keysAsWritten = (
  origin: string,
  written: readonly WrittenKey[],
): readonly LedgerKey[] =>
  written.flatMap(({ key: text, position }) => {
    const key = parseVerifierKey(text)
    return key?.name === origin ? [ledgerKey(origin, key.publicKey, position)] : []
  })

const firstProblem = ({ position, proof }: WrittenKey): string | undefined =>
  Number.isSafeInteger(position) && position >= 0 && proof === undefined
    ? undefined
    : 'is the first, which no other vouches for'

const introductionProblem = (
  origin: string,
  { position, proof: text }: WrittenKey,
  key: NoteKey,
  before: readonly LedgerKey[],
): string | undefined => {
  const proof = parseTlogProof(text ?? '')
  const newest = before.at(-1)
  if (proof?.extra === undefined || newest === undefined) return 'has no proof of its entry'
  if (proof.index !== position - 1 || position <= newest.position)
    return 'has the proof of another position'
  const checkpoint = readCheckpoint(proof.checkpoint, { origin, keys: [newest] })
  if ('problem' in checkpoint) return `has a proof whose checkpoint is ${checkpoint.problem}`
  const { size, root } = checkpoint
  const leaf = leafHash(proof.extra)
  if (!same(inclusionRoot({ leaf, index: proof.index, size, proof: proof.proof }), root))
    return 'has a proof that does not lead to its checkpoint'
  const read = readBody(Buffer.from(proof.extra).toString('utf8'))
  if ('problem' in read) return `has an entry that is ${read.problem}`
  const { entry } = read
  if (
    entry.type !== 'ledger.key' ||
    entry.publicKey !== base64(key) ||
    entry.before !== base64(newest.plain)
  )
    return 'is not the one that its entry names'
  return undefined
}

/**
 * Whoever holds a key wants it, or one that it vouches for, to have signed last: what was signed by
 * earlier ones alone could be a stranger's, who named the known key as his successor.
 */
export const trustProblem = (
  trusted: NoteKey | undefined,
  keys: readonly LedgerKey[],
  last: number | undefined,
): string | undefined => {
  if (trusted === undefined) return undefined
  const at = keys.findIndex(
    ({ plain }) => plain.id === trusted.id && base64(plain) === base64(trusted),
  )
  if (at < 0) return `the key that was given (${trusted.id}) is not among the ledger's keys`
  if ((last ?? -1) < at)
    return `the last checkpoint is not signed by the key that was given (${trusted.id}), nor by a later one`
  return undefined
}

const base64 = ({ publicKey }: NoteKey): string => Buffer.from(publicKey).toString('base64')

const same = (a: Hash | undefined, b: Hash): boolean =>
  a !== undefined && Buffer.compare(a, b) === 0
