import { leafHash } from '#lib/merkle.ts'
import { verifyInclusion } from '#lib/merkle-proof.ts'
import type { NoteKey } from '#lib/signed-note.ts'
import { parseTlogProof } from '#lib/tlog-proof.ts'
import { readBody } from './body.ts'
import { readCheckpoint } from './checkpoint.ts'
import { ledgerKey } from './keys.ts'

export interface ProvedEntry {
  readonly position: number
  readonly body: string
  /** Of the checkpoint that it is under. */
  readonly size: number
  readonly seconds: number
}

/** The proof of one entry, under a checkpoint that this key signed. */
export const verifyProof = (
  text: string,
  trusted: NoteKey,
): ProvedEntry | { readonly problem: string } => {
  const written = parseTlogProof(text)
  if (written?.extra === undefined) return { problem: 'it is not the proof of an entry' }
  const { extra, index, proof } = written
  const keys = [ledgerKey(trusted.name, trusted.publicKey, 0)]
  const checkpoint = readCheckpoint(written.checkpoint, { origin: trusted.name, keys })
  if ('problem' in checkpoint) return { problem: `its checkpoint is ${checkpoint.problem}` }
  const { size, root, seconds } = checkpoint
  if (!verifyInclusion({ leaf: leafHash(extra), index, size, proof, root }))
    return { problem: `it does not show that this is entry ${index + 1} of ${size}` }
  const body = Buffer.from(extra).toString('utf8')
  const read = readBody(body)
  if ('problem' in read) return { problem: `its entry is ${read.problem}` }
  return { position: index + 1, body, size, seconds }
}
