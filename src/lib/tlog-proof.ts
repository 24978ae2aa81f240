import { type Hash, hashBytes } from './merkle.ts'
import { fromBase64 } from './signed-note.ts'

/** C2SP tlog-proof: that one entry is in a tree, without a word of the others. */
export interface TlogProof {
  /** Not authenticated by the file itself: here the entry, whose hash the proof is of. */
  readonly extra: Uint8Array | undefined
  readonly index: number
  readonly proof: readonly Hash[]
  /** The signed checkpoint, byte for byte. */
  readonly checkpoint: string
}

const header = 'c2sp.org/tlog-proof@v1'

export const tlogProofText = ({ extra, index, proof, checkpoint }: TlogProof): string =>
  [
    header,
    ...(extra ? [`extra ${base64(extra)}`] : []),
    `index ${index}`,
    ...proof.map(base64),
    '',
    checkpoint,
  ].join('\n')

/** Undefined where the text is not exactly what `tlogProofText` writes. */
export const parseTlogProof = (text: string): TlogProof | undefined => {
  const end = text.indexOf('\n\n')
  const [first, ...lines] = text.slice(0, Math.max(end, 0)).split('\n')
  const extraLine = lines[0]?.startsWith('extra ') ? lines.shift() : undefined
  const extra = extraLine === undefined ? undefined : fromBase64(extraLine.slice('extra '.length))
  const [, written] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? []
  const proof = lines.map(fromBase64)
  const isWhole = proof.every((hash) => hash?.length === hashBytes) && proof.length <= 64
  if (first !== header || written === undefined || !isWhole) return undefined
  if (extraLine !== undefined && extra === undefined) return undefined
  const hashes = proof.filter((hash) => hash !== undefined)
  return { extra, index: Number(written), proof: hashes, checkpoint: text.slice(end + 2) }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
