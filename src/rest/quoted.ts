/** What somebody else wrote, short and with nothing in it that a screen would act upon. */
export const quoted = (text: string): string => {
  const short = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return JSON.stringify(short).replace(
    /[\x7f-\x9f\u2028\u2029]|\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
