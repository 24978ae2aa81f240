import type { CapabilityKind } from '#domain/capability.ts'

/**
 * One key for all names of a kind that a reader would take for each other: compatibility forms, case
 * and characters without a glyph do not tell names apart. URIs do differ by case. Letters of other
 * scripts that look alike (UTS 39 §4) are not folded: names of tools and prompts are ASCII alone.
 */
export function skeletonOf(kind: CapabilityKind, name: string): string {
  const plain = name.normalize('NFKC').replace(GLYPHLESS, '')
  const folded = kind === 'tool' || kind === 'prompt' ? plain.toLowerCase() : plain
  return `${kind} ${folded.normalize('NFKC')}`
}

const GLYPHLESS = /\p{Default_Ignorable_Code_Point}/gu

/** The text with everything spelled out that a screen would not show, or would act upon: `\u{200b}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** Controls, formats (bidirectional ones and tags among them), unassigned, private, separators but the space, and blanks. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu
