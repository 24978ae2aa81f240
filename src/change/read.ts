import { isAlias, isMap, isNode, isScalar, isSeq, type YAMLMap } from 'yaml'
import { createComposer, sentences, tokensOf, tooDeepAt, type YamlDocument } from '#lib/yaml.ts'
import type { ProblemCode } from './change.ts'
import type { Finding, Source, SourceFile } from './finding.ts'

/** One document as it was written, with nothing checked but its syntax. */
export interface RawDocument {
  readonly source: Source
  readonly value: Readonly<Record<string, unknown>>
}

interface Reading {
  readonly documents: RawDocument[]
  readonly findings: Finding[]
}

export const readLimits = {
  files: 1000,
  fileCharacters: 16 * 1024 * 1024,
  allCharacters: 64 * 1024 * 1024,
  documentCharacters: 1024 * 1024,
  documents: 200_000,
  depth: 32,
  /** Of one document: one slip can make an error of every line after it. */
  syntaxErrors: 10,
} as const

/**
 * Reads YAML streams and JSON. `breathe` is awaited between documents, so that others are served
 * while a large input is read. What is over a limit is a finding, and is not read.
 */
export async function readDocuments(
  files: readonly SourceFile[],
  breathe: () => Promise<void>,
): Promise<Reading> {
  const reading: Reading = { documents: [], findings: [] }
  const tooMuch = findTooMuch(files)
  if (tooMuch) return { documents: [], findings: [tooMuch] }
  for (const file of files) await readFile(file, reading, breathe)
  return reading
}

function findTooMuch(files: readonly SourceFile[]): Finding | undefined {
  const over = (file: SourceFile | undefined, what: string, most: number): Finding => ({
    code: 'too large',
    message: `${what}; at most ${most} are read at once`,
    at: file && { file, offset: 0 },
  })
  const big = files.find((file) => file.text.length > readLimits.fileCharacters)
  if (big) return over(big, `the file has ${big.text.length} characters`, readLimits.fileCharacters)
  const all = files.reduce((sum, file) => sum + file.text.length, 0)
  if (all > readLimits.allCharacters) {
    return over(files.at(-1), `the files have ${all} characters together`, readLimits.allCharacters)
  }
  if (files.length > readLimits.files) {
    return over(files.at(-1), `there are ${files.length} files`, readLimits.files)
  }
  return undefined
}

async function readFile(
  file: SourceFile,
  reading: Reading,
  breathe: () => Promise<void>,
): Promise<void> {
  const fault = (code: ProblemCode, offset: number, message: string) =>
    reading.findings.push({ code, message, at: { file, offset } })
  const broken = file.text.indexOf('\uFFFD')
  if (broken >= 0) {
    fault('syntax', broken, 'the file is not UTF-8 here')
    return
  }
  const composer = createComposer()
  /** Where each document begins, and which of them the composer was given: it answers in that order. */
  const starts: number[] = []
  const given: number[] = []
  let taken = 0
  const take = (document: YamlDocument) => {
    const index = given[taken++] ?? 0
    const end = starts[index + 1] ?? file.text.length
    readDocument(document, { file, start: starts[index] ?? 0, end }, reading)
  }
  for (const token of tokensOf(file.text)) {
    if (token.type === 'directive') fault('syntax', token.offset, sentences.BAD_DIRECTIVE)
    if (token.type === 'document') {
      starts.push(token.offset)
      const deep = tooDeepAt(token, readLimits.depth)
      if (deep === undefined) given.push(starts.length - 1)
      else fault('too large', deep, sentences.RESOURCE_EXHAUSTION)
      if (deep !== undefined) continue
    }
    for (const document of composer.next(token)) take(document)
    if (reading.documents.length > readLimits.documents) {
      fault('too large', token.offset, `there are more than ${readLimits.documents} documents`)
      return
    }
    await breathe()
  }
  for (const document of composer.end()) take(document)
  if (taken > 0) return
  for (const error of composer.streamInfo().errors.slice(0, readLimits.syntaxErrors)) {
    fault('syntax', error.pos[0], sentences[error.code])
  }
}

function readDocument(document: YamlDocument, source: Source, { documents, findings }: Reading) {
  const { file, start, end } = source
  const fault = (code: ProblemCode, offset: number, message: string) =>
    findings.push({ code, message, at: { file, offset } })
  if (end - start > readLimits.documentCharacters) {
    fault(
      'too large',
      start,
      `the document has more than ${readLimits.documentCharacters} characters`,
    )
    return
  }
  if (document.errors.length > 0) {
    for (const error of document.errors.slice(0, readLimits.syntaxErrors)) {
      const code = error.code === 'RESOURCE_EXHAUSTION' ? 'too large' : 'syntax'
      fault(code, error.pos[0], sentences[error.code])
    }
    return
  }
  const before = findings.length
  const value = toValue(document.contents, fault)
  if (findings.length > before || value === null) return
  if (typeof value === 'object' && !Array.isArray(value)) {
    documents.push({ source, value: value as Record<string, unknown> })
  } else {
    fault(
      'syntax',
      offsetOf(document.contents, start),
      'a document must be a mapping: apiVersion, kind …',
    )
  }
}

type FaultAt = (code: ProblemCode, offset: number, message: string) => void

/** Plain values. Numbers and texts stay what they were written as: nothing is guessed from a key. */
function toValue(node: unknown, fault: FaultAt): unknown {
  if (!isNode(node)) return null
  const offset = offsetOf(node, 0)
  if (isAlias(node)) {
    fault('syntax', offset, sentences.BAD_ALIAS)
    return null
  }
  if (node.anchor !== undefined) fault('syntax', offset, sentences.MULTIPLE_ANCHORS)
  if (node.tag !== undefined) fault('syntax', offset, sentences.MULTIPLE_TAGS)
  if (isSeq(node)) return node.items.map((item) => toValue(item, fault))
  if (isMap(node)) return toObject(node, fault)
  if (!isScalar(node)) return null
  if (typeof node.value === 'string' && !node.value.isWellFormed())
    fault(
      'syntax',
      offset,
      'half a character is escaped here: a surrogate (\\ud800 to \\udfff) alone',
    )
  return node.value
}

function toObject(map: YAMLMap, fault: FaultAt): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const { key, value } of map.items) {
    const offset = offsetOf(key, 0)
    const name = toValue(key, fault)
    if (typeof name !== 'string') fault('syntax', offset, sentences.NON_STRING_KEY)
    else if (name === '__proto__') fault('syntax', offset, '__proto__ cannot be a key')
    else if (Object.hasOwn(object, name)) fault('duplicate', offset, sentences.DUPLICATE_KEY)
    else object[name] = toValue(value, fault)
  }
  return object
}

const offsetOf = (node: unknown, otherwise: number): number =>
  (isNode(node) ? node.range?.[0] : undefined) ?? otherwise
