import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { Kind } from '#domain/documents.ts'
import type { Permission } from '#domain/roles.ts'
import type { Access } from '#manager/access.ts'
import type { Desk } from '#manager/desk.ts'
import type { People, TokenInfo } from '#people/people.ts'
import type { Events } from './events.ts'

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'

/**
 * What a route asks of its caller; there is no default. A permission is checked before the handler
 * runs: in the plane of the path, or for the installation where the path has none. `signed in`: every
 * person, about what is theirs or what they may see. `nobody`: strangers too.
 */
export type Needs = Permission | 'signed in' | 'nobody'

type Params<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Params<Rest>
  : never
export type PathOf<P extends string> = { readonly [K in Params<P>]: string }

/** One request, after its caller, its right and its form have been found good. */
export interface Asked<P = unknown, Q = unknown, B = unknown> {
  readonly path: P
  readonly query: Q
  readonly body: B
  readonly head: IncomingHttpHeaders
  /** What the person may do; a stranger's, at the routes that need nobody, may do nothing. */
  readonly access: Access
  /** The token that was shown; an assertion fails at the routes that need nobody. */
  readonly token: TokenInfo
  /** Whose the token is now, for who listens on: undefined once it has ended. */
  askAgain(): ReturnType<People['authenticate']>
  readonly desk: Desk
  readonly people: People
  /** Where the request comes from, for limits. */
  readonly address: string
  readonly response: ServerResponse
  readonly events: Events
  /** A status other than 200, and headers beside the usual ones. */
  tell(status: number, headers?: Readonly<Record<string, string | readonly string[]>>): void
}

export type Takes = 'reason' | 'reason and key'

type Streams = 'events' | 'lines'

type Scope = 'plane' | 'items' | 'installation'

interface About<Q, B, A> {
  readonly needs: Needs
  /**
   * `plane` (the default): the permission is asked for the plane as a whole. `items`: for something in
   * it; the handler asks for each, and answers only what its caller may see. `installation`: whatever
   * planes there are, the permission is one of the installation.
   */
  readonly of?: Scope
  /** One sentence, for the reference. */
  readonly says: string
  readonly query?: Q
  readonly body?: B
  /** The body is a document of this kind: `change/` says what is wrong with it. */
  readonly document?: Kind
  /** Takes If-Match and If-None-Match. */
  readonly conditional?: boolean
  /**
   * What goes through the door for changes takes X-Reason; and Idempotency-Key, where what is answered
   * the second time is what was answered the first time (a secret is shown once). Elsewhere a key is
   * refused: nobody relies on what is not kept.
   */
  readonly takes?: Takes
  readonly answer: A
  /** Of what is answered when all is well. */
  readonly status?: number
  readonly bodyBytes?: number
  /** Answers by itself: events for as long as the caller listens, or lines of JSON until all are told. */
  readonly streams?: Streams
}

/** A row of the one list: what the router, the permission check, OpenAPI and the client are made of. */
export interface Route<
  M extends Method = Method,
  P extends string = string,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  A extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly method: M
  readonly path: P
  readonly needs: Needs
  readonly of: Scope
  readonly says: string
  readonly query: Q | undefined
  readonly body: B
  readonly document: Kind | undefined
  readonly conditional: boolean
  readonly takes: Takes | undefined
  readonly answer: A
  readonly status: number
  readonly bodyBytes: number
  readonly streams: Streams | undefined
  readonly handle: (asked: Asked) => unknown
}

const usualBodyBytes = 1024 * 1024

/** What a handler may answer: what the schema takes, unchanged. */
type Loose<T> = T extends readonly (infer U)[]
  ? readonly Loose<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Loose<T[K]> }
    : T

type Output<T> = T extends z.ZodType ? z.output<T> : undefined
type Input<T> = T extends z.ZodType ? z.input<T> : undefined

export const route = <
  M extends Method,
  const P extends string,
  A extends z.ZodType | undefined,
  Q extends z.ZodType = z.ZodType<Record<never, never>>,
  B extends z.ZodType | undefined = undefined,
>(
  method: M,
  path: P,
  about: About<Q, B, A>,
  handle: (
    asked: Asked<PathOf<P>, Output<Q>, Output<B>>,
  ) => Promise<Loose<Input<A>>> | Loose<Input<A>>,
): Route<M, P, Q, B, A> => ({
  method,
  path,
  needs: about.needs,
  of: about.of ?? 'plane',
  says: about.says,
  query: about.query,
  body: about.body as B,
  document: about.document,
  conditional: about.conditional ?? false,
  takes: about.takes,
  answer: about.answer,
  status: about.status ?? (about.answer === undefined ? 204 : 200),
  bodyBytes: about.bodyBytes ?? usualBodyBytes,
  streams: about.streams,
  // The list holds routes of every form; what a handler takes is what this row's schemas gave.
  handle: handle as (asked: Asked) => unknown,
})
