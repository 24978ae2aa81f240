import type { Finding } from '#rest/openapi/finding.ts'
import { readOpenApi } from '#rest/openapi/read-openapi.ts'
import { type Entry, type Fields, isFields, type Reach, textIn } from './entry.ts'

/**
 * The API that an OpenAPI document describes, undefined where the file is none. `upstream` is where it
 * answers, for a document that does not say.
 */
export const readApiFile = (
  file: Fields,
  text: string,
  upstream: string | undefined,
): Entry[] | undefined => {
  if (textIn(file, 'openapi') === undefined && textIn(file, 'swagger') === undefined)
    return undefined
  const info = isFields(file.info) ? file.info : {}
  const title = textIn(info, 'title')
  const docs = isFields(file.externalDocs) ? textIn(file.externalDocs, 'url') : undefined
  return [
    {
      ...{ name: title ?? 'api', at: 'the file', title, documentation: docs },
      description: textIn(info, 'summary', 'description'),
      ...reachOf(file, text, upstream),
    },
  ]
}

const reachOf = (
  file: Fields,
  text: string,
  upstream: string | undefined,
): { reach: Reach; notes: string[] } => {
  const read = readOpenApi(text)
  if ('problems' in read) return unreadable(read.problems.map(told))
  const url = upstream ?? read.servers[0]
  if (url === undefined || !/^https?:\/\//.test(url))
    return unreadable(['it does not say where it answers: add --upstream URL'])
  const at = upstream === undefined ? 'servers[0].url' : '--upstream'
  const count = read.operations.length
  const notes = [
    `offers ${count} operation${count === 1 ? '' : 's'}`,
    ...(read.servers.length > 1 && !upstream ? ['names several servers; the first is taken'] : []),
    ...securityOf(file),
    ...few(read.findings.map(told)),
  ]
  return { reach: { how: 'api', url, at, openapi: text }, notes }
}

const unreadable = ([because = 'it cannot be read', ...notes]: readonly string[]) => ({
  reach: { how: 'none' as const, because },
  notes: few(notes),
})

const told = ({ pointer, message, effect }: Finding): string =>
  `${pointer === '' ? '' : `${pointer}: `}${message}${effect === 'left out' ? ' (left out)' : ''}`

const mostNotes = 10

const few = (notes: readonly string[]): string[] =>
  notes.length <= mostNotes
    ? [...notes]
    : [...notes.slice(0, mostNotes), `and ${notes.length - mostNotes} findings more`]

const securityOf = ({ components }: Fields): string[] => {
  const schemes = isFields(components) ? components.securitySchemes : undefined
  const names = isFields(schemes) ? Object.keys(schemes) : []
  return names.length === 0
    ? []
    : [`wants ${names.join(', ')}: give its document a credential, and the secret to the vault`]
}
