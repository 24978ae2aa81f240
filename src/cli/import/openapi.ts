import { type Entry, type Fields, isFields, type Reach, textIn } from './entry.ts'

/** The API that an OpenAPI document describes, undefined where the file is none. `upstream` is where it answers, where the document does not say. */
export const readOpenApi = (
  file: Fields,
  text: string,
  upstream: string | undefined,
): Entry[] | undefined => {
  if (textIn(file, 'openapi') === undefined && textIn(file, 'swagger') === undefined)
    return undefined
  const info = isFields(file.info) ? file.info : {}
  const title = textIn(info, 'title')
  return [
    {
      name: title ?? 'api',
      at: 'the file',
      title,
      description: textIn(info, 'summary', 'description'),
      documentation: isFields(file.externalDocs) ? textIn(file.externalDocs, 'url') : undefined,
      reach: reachOf(file, text, upstream),
      notes: notesOf(file),
    },
  ]
}

const reachOf = (file: Fields, openapi: string, upstream: string | undefined): Reach => {
  const version = textIn(file, 'openapi')
  if (version === undefined || !/^3\.[01]\./.test(version))
    return { how: 'none', because: 'it is not of OpenAPI 3.0 or 3.1' }
  const [server] = Array.isArray(file.servers) ? file.servers : []
  const url = upstream ?? (isFields(server) ? textIn(server, 'url') : undefined)
  if (url === undefined || !/^https?:\/\//.test(url))
    return { how: 'none', because: 'it does not say where it answers: add --upstream URL' }
  return { how: 'api', url, openapi, at: 'servers[0].url' }
}

const notesOf = ({ components, servers }: Fields): string[] => {
  const schemes = isFields(components) ? components.securitySchemes : undefined
  const names = isFields(schemes) ? Object.keys(schemes) : []
  return [
    ...(names.length > 0
      ? [`wants ${names.join(', ')}: give it a credential, and its secret by bailiwick cred set`]
      : []),
    ...(Array.isArray(servers) && servers.length > 1
      ? ['names several servers; the first is taken']
      : []),
  ]
}
