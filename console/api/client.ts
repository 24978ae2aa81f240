import createClient, { type FetchOptions } from 'openapi-fetch'
import { noteClock } from './clock.ts'
import { type Problem, problemOf, unreachable } from './problem.ts'
import type { paths } from './schema.ts'

/**
 * The one way to the server: /api/v1 of this origin, with the session's cookie, typed by the OpenAPI
 * document. A list of values becomes a repeated parameter.
 */
const client = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? '',
  credentials: 'same-origin',
  querySerializer: { array: { style: 'form', explode: true } },
})

export type Method = 'get' | 'put' | 'post' | 'delete'
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: { responses: unknown } } ? P : never
}[keyof paths]

type Operation<M extends Method, P extends PathOf<M>> = paths[P] extends {
  [K in M]: infer O
}
  ? O
  : never

type Content<R> = R extends { content: { 'application/json': infer A } } ? A : never
type Good<R> = { [S in keyof R]: S extends 200 | 201 | 202 ? Content<R[S]> : never }[keyof R]

/** What an operation answers when all is well. */
export type Answer<M extends Method, P extends PathOf<M>> =
  Operation<M, P> extends { responses: infer R } ? Good<R> : never

export type Ask<M extends Method, P extends PathOf<M>> = FetchOptions<Operation<M, P>>

/** A whole answer, of which the ETag is wanted beside the body. */
export interface Told<A> {
  readonly body: A
  readonly etag: string | undefined
}

type Loose = (
  path: string,
  init: object,
) => Promise<{ data?: unknown; error?: unknown; response: Response }>

/**
 * A header is bytes, each of which the browser takes as one character (Fetch §2.2.2): a reason goes as its
 * UTF-8, whatever language it is in. Pages say it as it was typed.
 */
const reasoned = (ask: Loosely): object => {
  const { params: { header, ...params } = {} } = ask
  const reason = header?.['X-Reason']
  if (reason === undefined) return ask
  const bytes = String.fromCharCode(...new TextEncoder().encode(reason))
  return { ...ask, params: { ...params, header: { ...header, 'X-Reason': bytes } } }
}

interface Loosely {
  readonly params?: { readonly header?: Readonly<Record<string, string>> }
}

/** Throws a Problem, be it one of the API's or that nothing answered. */
export const tell = async <M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  ask: Ask<M, P>,
): Promise<Told<Answer<M, P>>> => {
  const call = client[method.toUpperCase() as 'GET'] as unknown as Loose
  const askedAt = Date.now()
  const { data, error, response } = await call(path, reasoned(ask as Loosely)).catch(
    (thrown: unknown) => {
      if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown
      throw unreachable()
    },
  )
  noteClock(response.headers.get('date'), askedAt)
  if (!response.ok) throw told(problemOf(response.status, error))
  const etag = response.headers.get('etag') ?? undefined
  return { body: data as Answer<M, P>, etag }
}

export const ask = async <M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  init: Ask<M, P>,
): Promise<Answer<M, P>> => (await tell(method, path, init)).body

/** Who is signed in no more goes to the sign-in page, whatever page asked. */
let onSignedOut: () => void = () => {}
export const whenSignedOut = (act: () => void): void => {
  onSignedOut = act
}

const told = (problem: Problem): Problem => {
  if (problem.status === 401 && problem.code !== 'bad_sign_in') onSignedOut()
  return problem
}
