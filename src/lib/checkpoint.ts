import { type Hash, hashBytes } from './merkle.ts'
import { fromBase64 } from './signed-note.ts'

/** The text of a checkpoint (C2SP tlog-checkpoint): what a tree was, signed as a note. */
export interface Checkpoint {
  /** Names the log, and no other. */
  readonly origin: string
  readonly size: number
  readonly root: Hash
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`

/** Undefined where it is not written as `checkpointText` writes it; extension lines are none of ours. */
export const parseCheckpoint = (text: string): Checkpoint | undefined => {
  const lines = text.split('\n')
  const [origin = '', written = '', encoded = '', end] = lines
  if (lines.length !== 4 || end !== '' || origin === '') return undefined
  const size = /^(0|[1-9]\d*)$/.test(written) ? Number(written) : Number.NaN
  const root = fromBase64(encoded)
  if (!Number.isSafeInteger(size) || root?.length !== hashBytes) return undefined
  return { origin, size, root }
}
