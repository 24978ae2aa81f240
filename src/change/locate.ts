import { isMap, isNode, isScalar, isSeq } from 'yaml'
import { composeFirst, type YamlDocument } from '#lib/yaml.ts'
import { type Problem, type ProblemCode, problemCodes } from './change.ts'
import type { Finding, Source, SourceFile } from './finding.ts'
import type { Path } from './path.ts'

/** More would hide what they have in common. */
const MOST_PROBLEMS = 1000

/** Findings with their lines and columns, in the order of the files and of their lines; the same one once. */
export function toProblems(findings: readonly Finding[], files: readonly SourceFile[]): Problem[] {
  const locate = createLocator()
  const order = new Map(files.map((file, index) => [file.name, index]))
  const problems = findings.slice(0, MOST_PROBLEMS).map((finding) => ({
    ...locate(finding),
    message: finding.message,
    code: finding.code,
  }))
  const sorted = onceEach(problems).sort(
    (a, b) =>
      (order.get(a.file) ?? -1) - (order.get(b.file) ?? -1) ||
      a.line - b.line ||
      a.column - b.column ||
      problemCodes.indexOf(a.code) - problemCodes.indexOf(b.code),
  )
  const more = findings.length - MOST_PROBLEMS
  return more > 0 ? [...sorted, unlisted(more)] : sorted
}

/** A secret is found by its key and by its shape, which are one problem of one line. */
function onceEach(problems: readonly Problem[]): Problem[] {
  const unique = new Map<string, Problem>()
  for (const one of problems) {
    const what = one.code === 'secret in file' ? one.code : one.message
    const key = `${one.file}\n${one.line}\n${what}`
    if (!unique.has(key)) unique.set(key, one)
  }
  return [...unique.values()]
}

const unlisted = (more: number): Problem => {
  const code: ProblemCode = 'too large'
  return { file: '', line: 0, column: 0, code, message: `and ${more} problems more, not listed` }
}

type Position = Pick<Problem, 'file' | 'line' | 'column'>

function createLocator(): (finding: Finding) => Position {
  const lines = new Map<SourceFile, number[]>()
  const trees = new Map<Source, YamlDocument | undefined>()

  const position = (file: SourceFile, offset: number): Position => {
    const starts = lines.get(file) ?? lineStarts(file.text)
    lines.set(file, starts)
    const line = lineOf(starts, offset)
    return { file: file.name, line, column: offset - (starts[line - 1] ?? 0) + 1 }
  }
  return ({ at }) => {
    if (!at) return { file: '', line: 0, column: 0 }
    if ('offset' in at) return position(at.file, at.offset)
    const { source, path, part } = at
    if (!trees.has(source)) {
      trees.set(source, composeFirst(source.file.text.slice(source.start, source.end)))
    }
    return position(source.file, source.start + offsetIn(trees.get(source), path, part))
  }
}

/** Of the key or value at that path, or of the innermost mapping that stands where the path ends early. */
function offsetIn(document: YamlDocument | undefined, path: Path, part: 'key' | 'value'): number {
  let node: unknown = document?.contents
  let offset = startOf(node) ?? 0
  for (const [index, step] of path.entries()) {
    const isLast = index === path.length - 1
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      if (!pair) return offset
      const value = startOf(pair.value)
      offset = (isLast && part === 'value' ? value : startOf(pair.key)) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      offset = startOf(node) ?? offset
    } else {
      return offset
    }
  }
  return offset
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The last line that starts at or before the offset, from 1. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return low + 1
}
