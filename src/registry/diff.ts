import { visible } from './visible.ts'

/** Lines that did not change, left in around those that did. */
const CONTEXT = 3

/** Past this many comparisons, the differing middle is shown as a whole. */
const MOST_COMPARISONS = 4_000_000

/**
 * What changed between two definitions, for people to decide by: lines that begin with `-`, `+` or a
 * space, members in one order whatever the server's, texts broken at their sentences, and every
 * character spelled out that a screen would not show. Empty where nothing changed.
 */
export function diffDefinitions(before: unknown, after: unknown): string[] {
  const lines = compareLines(linesOf(before, 0, '', ''), linesOf(after, 0, '', ''))
  return inContext(lines)
}

type Line = `${'-' | '+' | ' '} ${string}`

function linesOf(value: unknown, depth: number, label: string, tail: string): string[] {
  const margin = '  '.repeat(depth)
  if (typeof value === 'string') return textLines(value, margin, label, tail)
  if (typeof value !== 'object' || value === null)
    return [`${margin}${label}${String(value)}${tail}`]
  const isList = Array.isArray(value)
  const members = isList
    ? value.map((element) => ['', element] as const)
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, member]) => [`${quoted(name)}: `, member] as const)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  if (members.length === 0) return [`${margin}${label}${open}${close}${tail}`]
  const inner = members.flatMap(([name, member], i) =>
    linesOf(member, depth + 1, name, i < members.length - 1 ? ',' : ''),
  )
  return [`${margin}${label}${open}`, ...inner, `${margin}${close}${tail}`]
}

/** A long text by its sentences and lines, so that a word that changed does not hide in a page. */
function textLines(text: string, margin: string, label: string, tail: string): string[] {
  const parts = text.length < 80 && !text.includes('\n') ? [text] : text.split(/(?<=\n|[.!?;] )/)
  const written = parts.map(quoted)
  return written.map((part, i) => {
    const start = i === 0 ? `${margin}${label}` : `${margin}  `
    return `${start}${part}${i === written.length - 1 ? tail : ' +'}`
  })
}

function quoted(text: string): string {
  return `"${visible(text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\u0000n')).replaceAll('‹U+0000›n', '\\n')}"`
}

export function compareLines(before: readonly string[], after: readonly string[]): Line[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end++
  }
  const middle = compareMiddle(
    before.slice(start, before.length - end),
    after.slice(start, after.length - end),
  )
  const same = (line: string): Line => `  ${line}`
  return [
    ...before.slice(0, start).map(same),
    ...middle,
    ...before.slice(before.length - end).map(same),
  ]
}

/** The longest common subsequence, by the textbook's table. */
function compareMiddle(before: readonly string[], after: readonly string[]): Line[] {
  if (before.length * after.length > MOST_COMPARISONS) {
    return [...before.map((line): Line => `- ${line}`), ...after.map((line): Line => `+ ${line}`)]
  }
  const width = after.length + 1
  const table = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      table[i * width + j] =
        before[i] === after[j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0)
    }
  }
  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    const [removed, added] = [before[i], after[j]]
    if (removed !== undefined && removed === added) {
      lines.push(`  ${removed}`)
      i++
      j++
    } else if (
      removed !== undefined &&
      (added === undefined || (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))
    ) {
      lines.push(`- ${removed}`)
      i++
    } else {
      lines.push(`+ ${added}`)
      j++
    }
  }
  return lines
}

function inContext(lines: readonly Line[]): string[] {
  const isNear = lines.map(() => false)
  for (const [at, line] of lines.entries()) {
    if (line.startsWith('  ')) continue
    isNear.fill(true, Math.max(0, at - CONTEXT), at + CONTEXT + 1)
  }
  if (!isNear.includes(true)) return []
  const shown: string[] = []
  for (const [at, line] of lines.entries()) {
    if (isNear[at]) shown.push(line)
    else if (at === 0 || isNear[at - 1]) shown.push('  …')
  }
  return shown
}
