/** Past this many, a list is no longer one that somebody mistyped a word of. */
const MOST_CANDIDATES = 5000

/**
 * The candidate that was probably meant, undefined where none is near: at most one slip in three
 * characters, a swap of neighbours counting as one (Damerau and Levenshtein's distance).
 */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  const most = Math.max(1, Math.floor(written.length / 3))
  let best: string | undefined
  let bestDistance = most + 1
  let seen = 0
  for (const candidate of candidates) {
    if (seen++ >= MOST_CANDIDATES) break
    if (Math.abs(candidate.length - written.length) >= bestDistance) continue
    const distance = slips(written.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ` did you mean tools?` to append to a sentence, or nothing. */
export function didYouMean(written: string, candidates: Iterable<string>): string {
  const meant = nearest(written, candidates)
  return meant === undefined ? '' : `; did you mean ${meant}?`
}

function slips(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current[column] = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
        row > 1 && column > 1 && isSwap ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = above
    above = current
  }
  return above[b.length] ?? 0
}
