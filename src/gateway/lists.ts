import { legacyTool } from '#bridge/to-modern/schema.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { errorBytes, INVALID_PARAMS, isObject, resultBytes } from '#mcp/messages.ts'
import type { ListMethod } from '#mcp/methods.ts'
import type { Ask, Caller, Exchange } from './exchange.ts'
import { joinName } from './target.ts'

const pageSize = 500

/**
 * Lists answer for the caller, from the pinned definitions, without upstream traffic: in byte order,
 * page by page. A cursor is the last name of the page before, so a page stays right when the list
 * changes in between.
 */
export const answerList = (about: {
  exchange: Exchange
  caller: Caller
  ask: Ask
  method: ListMethod
  now: number
  /** Whether a server of the plane's endpoint speaks the caller's era. */
  spoken(server: string): boolean
  /** Whether it is an API, whose operations are its tools. */
  isApi(item: string): boolean
}): Buffer => {
  const { exchange, ask, method } = about
  const after = readCursor(ask.params.cursor)
  if (after === badCursor)
    return errorBytes(ask.id, INVALID_PARAMS, 'The cursor is not one of this list')
  const all =
    exchange.server === undefined
      ? listPlane(about)
      : listServer(about, exchange.server, kindAt(about, exchange.server))
  const rest = after === undefined ? all : all.filter((one) => compare(one.key, after) > 0)
  const page = rest.slice(0, pageSize)
  const last = page.at(-1)
  return resultBytes(ask.id, {
    ...(ask.era === 'modern' ? { resultType: 'complete' } : {}),
    [method.member]: page.map(({ definition }) =>
      ask.era === 'legacy' && method.capability === 'tool' ? legacyTool(definition) : definition,
    ),
    ...(rest.length > page.length && last
      ? { nextCursor: Buffer.from(last.key).toString('base64url') }
      : {}),
    // MCP 2026-07-28, server/utilities/caching: what one caller sees is not for another.
    ...(ask.era === 'modern' ? { ttlMs: 0, cacheScope: 'private' } : {}),
  })
}

interface Listed {
  readonly key: string
  readonly definition: Capability['definition']
}

/** What is listed of it: an API has operations, which are tools where it offers them as such. */
const kindAt = (
  { method, isApi }: { method: ListMethod; isApi(item: string): boolean },
  item: string,
): CapabilityKind => (method.capability === 'tool' && isApi(item) ? 'operation' : method.capability)

const listServer = (
  about: { caller: Caller; now: number },
  server: string,
  kind: CapabilityKind,
): Listed[] =>
  about.caller.view.list(server, kind, about.now).map(({ name, definition }) => ({
    key: name,
    definition: about.caller.view.isDeprecated(server) ? deprecated(definition) : definition,
  }))

/**
 * For hosts and for people, beside the definition: what a model reads stays as it was released (MCP
 * 2025-11-25, basic §_meta).
 */
const deprecated = (definition: Capability['definition']): Capability['definition'] => ({
  ...definition,
  _meta: { ...(isObject(definition._meta) ? definition._meta : {}), [lifeCycleKey]: 'deprecated' },
})
const lifeCycleKey = 'dev.bailiwick/lifeCycle'

/** The plane's endpoint has tools alone, under prefixed names. */
const listPlane = (about: {
  caller: Caller
  now: number
  method: ListMethod
  spoken(server: string): boolean
  isApi(item: string): boolean
}): Listed[] => {
  if (about.method.capability !== 'tool') return []
  return about.caller.view
    .servers(about.now)
    .filter(about.spoken)
    .flatMap((server) =>
      listServer(about, server, kindAt(about, server)).map(({ key, definition }) => {
        const name = joinName(server, key)
        return { key: name, definition: { ...definition, name } }
      }),
    )
    .sort((a, b) => compare(a.key, b.key))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const badCursor = Symbol('bad cursor')

const readCursor = (cursor: unknown): string | typeof badCursor | undefined => {
  if (cursor === undefined) return undefined
  if (typeof cursor !== 'string' || cursor === '') return badCursor
  const bytes = Buffer.from(cursor, 'base64url')
  return bytes.toString('base64url') === cursor ? bytes.toString() : badCursor
}
