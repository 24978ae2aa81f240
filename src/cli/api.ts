import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import type { RouteOfList } from '#edge/manager/routes.ts'
import { Fault, type FaultCode, faults } from '#lib/fault.ts'
import { parseJson } from '#lib/json.ts'
import { isObject } from '#mcp/messages.ts'

type Method = RouteOfList['method']
type PathOf<M extends Method> = Extract<RouteOfList, { method: M }>['path']
type Row<M extends Method, P extends string> = Extract<RouteOfList, { method: M; path: P }>
type Answer<R> = R extends { answer: infer A }
  ? A extends z.ZodType
    ? z.output<A>
    : undefined
  : never
type Body<R> = R extends { body: infer B } ? (B extends z.ZodType ? z.input<B> : undefined) : never

type Params<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Params<Rest>
  : never

/** What a request takes besides its address; the list of routes says what it is. */
export interface About<M extends Method, P extends string> {
  readonly path?: Readonly<Record<Params<P>, string>>
  /** A list stands in the address once for each. */
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body?: Body<Row<M, P>>
}

/** The Manager's API of an installation, typed by its own list of routes. */
export interface Api {
  readonly origin: string
  /** Throws the Fault that the problem names; never follows a redirect. */
  ask<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    about?: About<M, P>,
  ): Promise<Answer<Row<M, P>>>
  /** For a route that streams: its answer as it comes, and what reads the Fault of one that did not. */
  stream<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    about?: About<M, P>,
  ): Promise<{ response: IncomingMessage; faultOf: (text: string) => Fault }>
}

/** Long enough for `apply`, which waits for servers to tell what they offer. */
const answerTimeoutMs = 60_000
const answerLimitBytes = 64 * 1024 * 1024

export const createApi = (origin: string, token: string | undefined): Api => {
  const base = readOrigin(origin)
  return {
    origin: base.origin,
    async stream(method, path, about = {}) {
      const response = await open(addressOf(base, path, about), { method, token, body: about.body })
      const status = response.statusCode ?? 0
      return { response, faultOf: (text) => faultOf(status, read(text), base.origin) }
    },
    async ask(method, path, about = {}) {
      const url = addressOf(base, path, about)
      const { status, text } = await send(url, { method, token, body: about.body })
      const value = text === '' ? undefined : read(text)
      if (status >= 400) throw faultOf(status, value, base.origin)
      // What the server answers is what the list says: both are made of it.
      return value as never
    },
  }
}

const addressOf = (
  base: URL,
  path: string,
  about: Pick<About<Method, never>, 'path' | 'query'>,
): URL => {
  const params: Readonly<Record<string, string>> = about.path ?? {}
  const address = path.replaceAll(/\{([a-z]+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  )
  const url = new URL(`/api/v1${address}`, base)
  for (const [key, value] of Object.entries(about.query ?? {}))
    for (const one of typeof value === 'string' ? [value] : (value ?? []))
      url.searchParams.append(key, one)
  return url
}

const readOrigin = (written: string): URL => {
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== written.replace(/\/$/, ''))
    throw new Fault('usage', {
      detail: '--url takes an origin: scheme, host and port.',
      fix: 'bailiwick login --url https://gateway.example',
    })
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'http:' && !isHere)
    throw new Fault('usage', {
      detail: `Over http://${url.host} a password or a token would travel in the clear.`,
      fix: `use https://${url.host}`,
    })
  return url
}

const read = (text: string): unknown => {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

interface Sent {
  readonly method: string
  readonly token: string | undefined
  readonly body: unknown
}

const send = async (url: URL, about: Sent): Promise<{ status: number; text: string }> => {
  const response = await open(url, about)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > answerLimitBytes) throw new Error('the answer is too large')
      chunks.push(chunk)
    }
  } catch (cause) {
    throw unreachable(url, cause as NodeJS.ErrnoException)
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }
}

const open = (url: URL, about: Sent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { request } = process.getBuiltinModule(
      url.protocol === 'https:' ? 'node:https' : 'node:http',
    )
    const body = about.body === undefined ? undefined : JSON.stringify(about.body)
    const sent = request(url, {
      method: about.method,
      timeout: answerTimeoutMs,
      headers: {
        accept: 'application/json',
        ...(about.token !== undefined && { authorization: `Bearer ${about.token}` }),
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
      },
    })
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.on('error', (cause: NodeJS.ErrnoException) => reject(unreachable(url, cause)))
    sent.once('response', resolve)
    sent.end(body)
  })

const unreachable = (url: URL, cause: NodeJS.ErrnoException): Fault =>
  new Fault('not_running', {
    detail: `${url.origin} could not be reached from here: ${cause.code ?? cause.message}.`,
    ...(/CERT|SIGNED|VERIFY/.test(cause.code ?? '') && {
      fix: 'NODE_EXTRA_CA_CERTS=FILE, with the certificate that signed it',
    }),
    cause,
  })

/** The type of a problem ends in the code of the fault that it was made of. */
const faultOf = (status: number, value: unknown, origin: string): Fault => {
  const problem = isObject(value) ? value : {}
  const written = String(problem.type).split('/').at(-1)?.replaceAll('-', '_') ?? ''
  if (!Object.hasOwn(faults, written))
    return new Fault('internal', {
      cause: new Error(`${origin} answered ${status} with something unknown`),
    })
  const code = written as FaultCode
  const login = code === 'no_token' || code === 'bad_token'
  const fix = login ? `bailiwick login --url ${origin}` : textOf(problem.fix)
  const detail = textOf(problem.detail)
  const fault = new Fault(code, {
    ...(detail !== undefined && { detail }),
    ...(fix !== undefined && { fix }),
  })
  return Array.isArray(problem.problems)
    ? Object.assign(fault, { problems: problem.problems })
    : fault
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined
