/**
 * The text with everything spelled out that a screen would not show, or would act upon: ‹U+200B›. A
 * ‹ of its own is spelled out as well, so that no text can pretend to have been.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (one) => `‹U+${codeOf(one)}›`)
}

const codeOf = (one: string): string =>
  (one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')

/** Controls, formats (bidirectional ones and tags among them), unassigned, private, separators but the space, and blanks. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u2039]|(?! )\p{Zs}/gu
