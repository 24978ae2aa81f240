import { skeletonOf } from '#lib/skeleton.ts'

/** A text as its reader is meant to understand it: what hides or disguises letters is taken away. */
export interface PlainText {
  /** Lower case; compatibility forms, look-alikes and invisible characters resolved to ASCII where that is what they show. */
  readonly text: string
  /** The place in the original of each UTF-16 unit of `text`. */
  readonly places: readonly number[]
}

/** In time proportional to the length of the text. */
export function plainTextOf(original: string): PlainText {
  const places: number[] = []
  let text = ''
  let at = 0
  for (const one of original) {
    const plain = plainOf(one)
    for (let unit = 0; unit < plain.length; unit++) places.push(at)
    text += plain
    at += one.length
  }
  return { text, places }
}

function plainOf(one: string): string {
  if (one <= '\x7f') return one.toLowerCase()
  if (IGNORED.test(one)) return ''
  const compatible = one.normalize('NFKC').toLowerCase()
  const like = skeletonOf(compatible)
  return /^[a-z]$/i.test(like) ? like.toLowerCase() : compatible
}

const IGNORED = /^\p{Default_Ignorable_Code_Point}$/u
