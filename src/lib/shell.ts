/** A text as one word of a shell: what none of them reads as anything but itself stands bare. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9_./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
