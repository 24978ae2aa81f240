import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { isScalar } from 'yaml'
import { Fault } from '#lib/fault.ts'
import { createComposer, tokensOf, type YamlDocument } from '#lib/yaml.ts'
import { documentBounds, readDocument } from '#rest/openapi/document.ts'

interface File {
  readonly name: string
  readonly text: string
}

interface Place {
  readonly path: string
  readonly start: number
  readonly end: number
}

/**
 * The file with the text of each OpenAPI document in the place of its path, on the line where that
 * stands. Nothing is opened but regular files below the folder of the file itself, wherever links
 * lead, and no address is asked: what a document names is not for it to choose.
 */
export function withOpenApi(file: File): File {
  const places = placesIn(file.text)
  let { text } = file
  for (const { path, start, end } of places.toReversed()) {
    const written = JSON.stringify(readOpenApiFile(file.name, path))
    text = text.slice(0, start) + written + text.slice(end)
  }
  return { ...file, text }
}

/** Where an API says its document by a path. What is no YAML is told by whoever reads all of it. */
function placesIn(text: string): Place[] {
  if (!/openapi/.test(text)) return []
  const documents: Iterable<YamlDocument> = createComposer().compose(tokensOf(text))
  return [...documents].flatMap((document) => {
    if (document.errors.length > 0 || document.get('kind') !== 'API') return []
    const node = document.getIn(['upstream', 'openapi'], true)
    if (!isScalar(node) || typeof node.value !== 'string' || !node.value.startsWith('./')) return []
    const [start, end] = node.range ?? []
    return start === undefined || end === undefined ? [] : [{ path: node.value, start, end }]
  })
}

/** As JSON, which is what is kept: it has one meaning, and is read a hundred times as fast. */
function readOpenApiFile(from: string, path: string): string {
  const refuse = (detail: string) => new Fault('bad_documents', { detail: `${path}: ${detail}` })
  const folder = realpathSync(dirname(from))
  const real = realPathOf(join(folder, path))
  if (real === undefined) throw refuse(`there is no such file beside ${from}`)
  if (!real.startsWith(folder + sep))
    throw refuse(`it lies outside of the folder of ${from}, and nothing is read from there`)
  const found = statSync(real)
  if (!found.isFile()) throw refuse('it is no file')
  if (found.size > documentBounds.characters * 4) throw refuse('it is too large')
  const read = readDocument(readFileSync(real, 'utf8'))
  if ('root' in read) return JSON.stringify(read.root)
  const [problem] = read.problems
  throw refuse(problem ? `${problem.pointer} ${problem.message}`.trim() : 'it cannot be read')
}

const realPathOf = (path: string): string | undefined => {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
