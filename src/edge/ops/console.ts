import type { IncomingMessage, ServerResponse } from 'node:http'
import { Fault } from '#lib/fault.ts'
import { buildingPage } from './building-page.ts'
import type { Built, BuiltFile } from './built.ts'
import { pageHeaders } from './page-headers.ts'

type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  segments: readonly string[],
) => Promise<void>

/** The console's own addresses, by the first segment of the path; the root leads to it. */
export type ConsoleEdges = Readonly<Record<'' | 'm' | 'p' | 'setup', Answer>>

/**
 * Serves what was built of the console, and nothing else of the disk: a path is looked up among the
 * files that the build made, never joined to a folder's name. Every page of the app is one document,
 * which knows by its address what to show; `built` answers undefined as long as there is no build.
 */
export const createConsole = ({
  built,
  isSettingUp,
  back,
}: {
  readonly built: () => Built | undefined
  readonly isSettingUp: () => Promise<boolean>
  /** Where a browser comes back to that signed in at the Manager's issuer. */
  readonly back: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}): ConsoleEdges => {
  const page = (request: IncomingMessage, response: ServerResponse, status: number): void => {
    const index = built()?.files.get('index.html')
    if (index) sendPage(request, response, index, status)
    else sendBuilding(request, response)
  }

  const manager: Answer = async (request, response, segments) => {
    checkMethod(request)
    const [first, second] = segments
    // The Manager as an MCP server has its place here; nothing answers there yet.
    if (first === 'mcp') throw new Fault('not_found')
    if (first === 'back' && second === undefined) return back(request, response)
    if (first !== 'assets' && !(second === undefined && first?.includes('.')))
      return page(request, response, 200)
    const file = built()?.files.get(segments.join('/'))
    if (!file || first === 'index.html') throw new Fault('not_found')
    sendFile(request, response, file, first === 'assets')
  }

  return {
    m: manager,
    async p(request, response) {
      checkMethod(request)
      page(request, response, 200)
    },
    async setup(request, response, segments) {
      checkMethod(request)
      if (segments.length > 0) throw new Fault('not_found')
      page(request, response, (await isSettingUp()) ? 200 : 404)
    },
    async ''(request, response, segments) {
      checkMethod(request)
      if (segments.length > 0) throw new Fault('not_found')
      response.writeHead(307, { location: '/m', 'content-length': 0, 'cache-control': 'no-store' })
      response.end()
    },
  }
}

const checkMethod = ({ method }: IncomingMessage): void => {
  if (method !== 'GET' && method !== 'HEAD')
    throw new Fault('method_not_allowed', { detail: 'Pages are read: GET or HEAD.' })
}

/** Asked for each time whether it is still the one: a new build is seen at the next page. */
const sendPage = (
  request: IncomingMessage,
  response: ServerResponse,
  file: BuiltFile,
  status: number,
): void =>
  send(request, response, {
    file,
    status,
    headers: { ...pageHeaders, 'cache-control': 'no-cache' },
  })

/** What lies under assets/ carries the hash of its content in its name: it never changes. */
const sendFile = (
  request: IncomingMessage,
  response: ServerResponse,
  file: BuiltFile,
  isHashed: boolean,
): void => {
  const cache = isHashed ? 'public, max-age=31536000, immutable' : 'no-cache'
  send(request, response, {
    file,
    status: 200,
    headers: { ...pageHeaders, 'cache-control': cache },
  })
}

const send = (
  request: IncomingMessage,
  response: ServerResponse,
  about: {
    readonly file: BuiltFile
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
  },
): void => {
  const { file, status } = about
  const headers = { ...about.headers, etag: file.etag, vary: 'accept-encoding' }
  if (status === 200 && request.headers['if-none-match'] === file.etag)
    return void response.writeHead(304, headers).end()
  const isSmaller = file.gzip !== undefined && takesGzip(request.headers['accept-encoding'])
  const body = isSmaller && file.gzip ? file.gzip : file.bytes
  response.writeHead(status, {
    ...headers,
    'content-type': file.type,
    'content-length': body.length,
    ...(isSmaller && { 'content-encoding': 'gzip' }),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** RFC 9110 §12.5.3, as far as browsers write it: a coding with q=0 is not taken. */
const takesGzip = (accepted: string | string[] | undefined): boolean =>
  String(accepted ?? '')
    .split(',')
    .some((one) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$)[\d.]+\s*)?$/i.test(one))

const sendBuilding = (request: IncomingMessage, response: ServerResponse): void => {
  const { body, policy } = buildingPage
  response.writeHead(503, {
    ...pageHeaders,
    'content-security-policy': policy,
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'retry-after': '2',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}
