const longest = 24

/**
 * The first name for a document that none of `taken` has: what is wished, by the rule for names, or that
 * with a number. Two people whose addresses begin alike would have one name otherwise.
 */
export const freeName = (wished: string, taken: readonly string[]): string => {
  const plain = wished
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
  for (let count = 1; ; count++) {
    const suffix = count === 1 ? '' : `-${count}`
    const name = plain.slice(0, longest - suffix.length).replace(/-$/, '') + suffix
    if (!taken.includes(name)) return name
  }
}
