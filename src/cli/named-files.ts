import { isScalar } from 'yaml'
import { createComposer, tokensOf, type YamlDocument } from '#lib/yaml.ts'
import { readJwksFile } from './jwks-files.ts'
import { readOpenApiFile } from './openapi-files.ts'

interface File {
  readonly name: string
  readonly text: string
}

/** Where a document of some kind may name a file beside it, and what is written in the place of that. */
const namings = [
  { kind: 'API', at: ['upstream', 'openapi'], read: readOpenApiFile },
  { kind: 'Agent', at: ['authenticate', 'jwks'], read: readJwksFile },
] as const

type Naming = (typeof namings)[number]
interface Place {
  readonly naming: Naming
  readonly path: string
  readonly start: number
  readonly end: number
}

/**
 * The file with what each `./FILE` in it holds in the place of that path, on the line where it stands.
 * Nothing is opened but regular files below the folder of the file itself, wherever links lead, and no
 * address is asked: what a document names is not for it to choose.
 */
export function withNamedFiles(file: File): File {
  let { text } = file
  for (const { naming, path, start, end } of placesIn(file.text).toReversed())
    text = text.slice(0, start) + naming.read(file.name, path) + text.slice(end)
  return { ...file, text }
}

/** What is no YAML is told by whoever reads all of it. */
function placesIn(text: string): Place[] {
  if (!/openapi|jwks/.test(text)) return []
  const documents: Iterable<YamlDocument> = createComposer().compose(tokensOf(text))
  return [...documents].flatMap((document) => {
    const naming = namings.find(({ kind }) => document.get('kind') === kind)
    if (document.errors.length > 0 || naming === undefined) return []
    const node = document.getIn(naming.at, true)
    if (!isScalar(node) || typeof node.value !== 'string' || !node.value.startsWith('./')) return []
    const [start, end] = node.range ?? []
    return start === undefined || end === undefined
      ? []
      : [{ naming, path: node.value, start, end }]
  })
}
