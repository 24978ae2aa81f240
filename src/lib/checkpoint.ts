import { type Hash, hashBytes } from './merkle.ts'
import { fromBase64 } from './signed-note.ts'

/** What a signed checkpoint says (C2SP tlog-checkpoint), without extension lines: nobody audits those. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Hash
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`

/** Undefined where the text is not exactly what `checkpointText` writes. */
export const parseCheckpointText = (text: string): Checkpoint | undefined => {
  const [origin = '', written = '', encoded = '', end, ...more] = text.split('\n')
  const size = /^(?:0|[1-9]\d{0,15})$/.test(written) ? Number(written) : Number.NaN
  const root = fromBase64(encoded)
  if (origin === '' || end !== '' || more.length > 0 || !Number.isSafeInteger(size))
    return undefined
  return root?.length === hashBytes ? { origin, size, root } : undefined
}
