const CONTEXT = 3
/** Cells of the table that finds common lines; past it the whole text is shown as replaced. */
const MOST_CELLS = 4_000_000

type Line = readonly [sign: ' ' | '-' | '+', text: string]

/** A unified diff of two texts of lines under a header of two names; empty where they are equal. */
export function unifiedDiff(
  before: { name: string; text: string },
  after: { name: string; text: string },
): string {
  const lines = compare(linesOf(before.text), linesOf(after.text))
  if (before.name === after.name && lines.every(([sign]) => sign === ' ')) return ''
  const body = hunks(lines).map((hunk) => hunkText(lines, hunk))
  return `--- ${before.name}\n+++ ${after.name}\n${body.join('')}`
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

function compare(a: readonly string[], b: readonly string[]): Line[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  const most = Math.min(a.length, b.length) - head
  while (tail < most && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const same = (lines: readonly string[]): Line[] => lines.map((line) => [' ', line])
  return [
    ...same(a.slice(0, head)),
    ...compareMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ]
}

/** The longest common subsequence of lines, by the table that every textbook has. */
function compareMiddle(a: readonly string[], b: readonly string[]): Line[] {
  const removed: Line[] = a.map((line) => ['-', line])
  const added: Line[] = b.map((line) => ['+', line])
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_CELLS) {
    return [...removed, ...added]
  }
  const width = b.length + 1
  const common = new Uint32Array((a.length + 1) * width)
  const at = (row: number, column: number) => common[row * width + column] ?? 0
  for (let row = a.length - 1; row >= 0; row--) {
    for (let column = b.length - 1; column >= 0; column--) {
      common[row * width + column] =
        a[row] === b[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const lines: Line[] = []
  let row = 0
  let column = 0
  while (row < a.length || column < b.length) {
    const [old, young] = [a[row], b[column]]
    if (old !== undefined && old === young) {
      lines.push([' ', old])
      row++
      column++
    } else if (
      old !== undefined &&
      (young === undefined || at(row + 1, column) >= at(row, column + 1))
    ) {
      lines.push(['-', old])
      row++
    } else {
      lines.push(['+', young ?? ''])
      column++
    }
  }
  return lines
}

interface Hunk {
  readonly from: number
  readonly to: number
}

/** Runs of changed lines with their context; runs whose contexts meet are one. */
function hunks(lines: readonly Line[]): Hunk[] {
  const found: { from: number; to: number }[] = []
  for (const [index, [sign]] of lines.entries()) {
    if (sign === ' ') continue
    const from = Math.max(0, index - CONTEXT)
    const to = Math.min(lines.length, index + CONTEXT + 1)
    const last = found.at(-1)
    if (last && from <= last.to) last.to = to
    else found.push({ from, to })
  }
  return found
}

function hunkText(lines: readonly Line[], { from, to }: Hunk): string {
  const count = (part: readonly Line[], without: '+' | '-') =>
    part.filter(([sign]) => sign !== without).length
  const range = (without: '+' | '-') => {
    const length = count(lines.slice(from, to), without)
    const start = count(lines.slice(0, from), without) + (length > 0 ? 1 : 0)
    return length === 1 ? `${start}` : `${start},${length}`
  }
  const body = lines.slice(from, to).map(([sign, text]) => `${sign}${text}\n`)
  return `@@ -${range('+')} +${range('-')} @@\n${body.join('')}`
}
