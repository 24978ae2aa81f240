import type { Bundle } from './sample.ts'

// One-bit changes over all bytes of a bundle, drawn so that small files are met as often as large ones.

export interface Flip {
  readonly file: string
  readonly bit: number
}

/** The same for the same seed (mulberry32). */
export const createDraw = (seed: number): ((below: number) => number) => {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

export function* flipsOf(bundle: Bundle, count: number, seed: number): Generator<Flip> {
  const draw = createDraw(seed)
  const files = [...bundle.keys()].filter((file) => (bundle.get(file)?.length ?? 0) > 0)
  for (let n = 0; n < count; n++) {
    const file = files[n % files.length] ?? ''
    yield { file, bit: draw((bundle.get(file)?.length ?? 0) * 8) }
  }
}

export const flipped = (bundle: Bundle, { file, bit }: Flip): Bundle => {
  const bytes = Buffer.from(bundle.get(file) ?? [])
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return new Map([...bundle, [file, bytes]])
}
