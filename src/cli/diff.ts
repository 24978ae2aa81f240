/** Lines longer than this are compared as wholes: the table of the comparison grows by their product. */
const comparedLines = 1000

/** `- ` gone, `+ ` new, two spaces the same: the longest common subsequence of the lines. */
export const diffLines = (before: string, after: string): string[] => {
  const a = before.split('\n')
  const b = after.split('\n')
  if (a.length > comparedLines || b.length > comparedLines)
    return [...a.map((line) => `- ${line}`), ...b.map((line) => `+ ${line}`)]
  const lengths = common(a, b)
  const lines: string[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`  ${a[i]}`)
      i++
      j++
    } else if (j >= b.length || (i < a.length && at(lengths, i + 1, j) >= at(lengths, i, j + 1)))
      lines.push(`- ${a[i++]}`)
    else lines.push(`+ ${b[j++]}`)
  }
  return lines
}

/** Only what changed, with `around` lines before and after; what lies between is one line of `mark`. */
export const onlyChanges = (lines: readonly string[], around: number, mark: string): string[] => {
  const near = (at: number) =>
    lines.slice(Math.max(0, at - around), at + around + 1).some((line) => !line.startsWith('  '))
  return lines.flatMap((line, at) => {
    if (near(at)) return [line]
    return at === 0 || near(at - 1) ? [`  ${mark}`] : []
  })
}

const common = (a: readonly string[], b: readonly string[]): number[][] => {
  const lengths = Array.from({ length: a.length + 1 }, () =>
    new Array<number>(b.length + 1).fill(0),
  )
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i]
      if (row)
        row[j] =
          a[i] === b[j]
            ? at(lengths, i + 1, j + 1) + 1
            : Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1))
    }
  return lengths
}

const at = (lengths: readonly (readonly number[])[], i: number, j: number): number =>
  lengths[i]?.[j] ?? 0
