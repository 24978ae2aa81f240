import assert from 'node:assert/strict'

/** Text that must stand nowhere: every way in which it could, in bytes that are read as latin1. */
export const spellings = (text: string): string[] => {
  const bytes = Buffer.from(text)
  const shifted = (['base64', 'base64url'] as const).flatMap((encoding) =>
    [0, 1, 2].map((shift) => {
      const encoded = Buffer.concat([Buffer.alloc(shift, 'x'), bytes]).toString(encoding)
      // The characters that do not depend on what stands before and after.
      const rest = (shift + bytes.length) % 3
      const end = encoded.replace(/=+$/, '').length - (rest === 0 ? 0 : 1)
      return encoded.slice(Math.ceil((shift * 4) / 3), end)
    }),
  )
  const hex = bytes.toString('hex')
  const json = JSON.stringify(text).slice(1, -1)
  const escaped = [...text]
    .map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
  const plain = [text, json, JSON.stringify(json).slice(1, -1), escaped, encodeURIComponent(text)]
  const all = [...plain.map((one) => Buffer.from(one).toString('latin1')), ...shifted]
  return [...new Set([...all, hex, hex.toUpperCase()])]
}

export const finds = (haystack: string, text: string): boolean =>
  spellings(text).some((one) => haystack.includes(one))

/** Fails with the name of the place, and never with what it holds. */
export const assertNowhere = (
  places: Iterable<readonly [place: string, bytes: string]>,
  canaries: readonly string[],
): void => {
  const wanted = canaries.map((canary) => ({ canary, as: spellings(canary) }))
  for (const [place, bytes] of places)
    for (const { canary, as } of wanted)
      for (const one of as)
        assert.ok(
          !bytes.includes(one),
          `${place} holds ${canary.slice(0, 10)}… as ${one.slice(0, 10)}…`,
        )
}
