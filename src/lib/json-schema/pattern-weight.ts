/** A class by a Unicode property has hundreds of ranges. */
const PROPERTY = 30

/** What is not ECMA-262's and would be read otherwise than here. */
const FOREIGN = /\\Q/

/** An escape, a class, a count, a group, or any character. */
const TOKEN =
  /(\\[pP](?:\{[^}]*\})?)|(\\.)|(\[(?:\\.|[^\]\\])*\]?)|(\{(\d+)(?:,(\d*))?\})|([()])|(.)/gs

/**
 * At least as much as a regular expression becomes when its counts are written out, which is what
 * compiling it costs: `(?:a{30}){30}` is 990. Infinite for what is not ECMA-262's.
 */
export function weightOf(source: string): number {
  if (FOREIGN.test(source)) return Number.POSITIVE_INFINITY
  const around: number[] = []
  let sum = 0
  let last = 0
  for (const [token, property, , set, count, least, most, group] of source.matchAll(TOKEN)) {
    if (group === '(') {
      around.push(sum)
      sum = last = 1
    } else if (group === ')') {
      last = sum
      sum += around.pop() ?? 0
    } else if (count !== undefined) {
      // What it counts is there once already.
      const times = Math.max(Number(least), Number(most ?? 0), 1)
      sum += last * (times - 1)
      last *= times
    } else {
      last = property === undefined ? (set === undefined ? 1 : classWeight(token)) : PROPERTY
      sum += last
    }
  }
  return around.reduce((whole, one) => whole + one, sum)
}

function classWeight(token: string): number {
  return token.length + PROPERTY * (token.match(/\\[pP]/g)?.length ?? 0)
}
