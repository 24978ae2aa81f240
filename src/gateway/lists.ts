import { legacyTool } from '#bridge/to-modern/schema.ts'
import type { CapabilityKind } from '#domain/capability.ts'
import { divideName } from '#domain/plane-name.ts'
import { errorBytes, INVALID_PARAMS, resultBytes } from '#mcp/messages.ts'
import type { ListMethod } from '#mcp/methods.ts'
import type { Era } from '#mcp/revisions.ts'
import type { CallerView } from '#policy/policy.ts'
import type { Ask } from './exchange.ts'
import { type Listed, listedAs } from './listed.ts'
import { ownTools } from './own-tools.ts'

const pageSize = 500

/** What there are lists of. */
export type Listable = ListMethod['capability']

/** What lists are answered from: the caller at an endpoint, at one instant. */
export interface Listing {
  readonly view: CallerView
  /** The server or API; undefined at the plane's endpoint. */
  readonly server: string | undefined
  readonly now: number
  /** Whether a server of the plane's endpoint can be spoken to in the caller's era. */
  spoken(server: string): boolean
  /** Whether it is an API, whose operations are its tools. */
  isApi(item: string): boolean
  /** Whether tools are found by searching, in the place of a list. */
  readonly searches: boolean
  /** Whether a tool's call may begin a task here. */
  beginsTasks(): boolean
}

/**
 * Lists answer for the caller, from the pinned definitions, without upstream traffic: in byte order,
 * page by page. A cursor says which list it is of and the last name of the page before, so a page stays
 * right when the list changes in between.
 */
export const answerList = (listing: Listing, ask: Ask, method: ListMethod): Buffer => {
  const after = readCursor(ask.params.cursor, method)
  if (after === badCursor)
    return errorBytes(ask.id, INVALID_PARAMS, 'The cursor is not one of this list')
  const all = listFor(listing, method.capability)
  const rest = after === undefined ? all : all.filter((one) => compare(one.key, after) > 0)
  const page = rest.slice(0, pageSize)
  const last = page.at(-1)
  return resultBytes(ask.id, {
    ...(ask.era === 'modern' ? { resultType: 'complete' } : {}),
    [method.member]: page.map((one) => toldOf(one, method.capability, ask.era)),
    ...(rest.length > page.length && last ? { nextCursor: cursorOf(method, last.key) } : {}),
    // MCP 2026-07-28, server/utilities/caching: what one caller sees is not for another, and may be
    // another thing at any moment.
    ...(ask.era === 'modern' ? { ttlMs: 0, cacheScope: 'private' } : {}),
  })
}

/** The whole list, as `answerList` tells it page by page. */
export const tellList = (listing: Listing, kind: Listable, era: Era): Definition[] =>
  listFor(listing, kind).map((one) => toldOf(one, kind, era))

type Definition = Readonly<Record<string, unknown>>

const toldOf = (one: Listed, kind: Listable, era: Era): Definition =>
  era === 'legacy' && kind === 'tool' ? legacyTool(one.definition()) : one.definition()

const listFor = (listing: Listing, kind: Listable): readonly Listed[] =>
  listing.searches && kind === 'tool' ? ownListed : listServed(listing, kind)

const ownListed = ownTools.map((one) =>
  listedAs(one, { atPlane: false, isDeprecated: false, beginsTasks: false }),
)

/** All that the caller may discover of that kind, in byte order of what it is called at the endpoint. */
export const listServed = (listing: Listing, kind: Listable): readonly Listed[] => {
  const { server } = listing
  if (server !== undefined) return listOf(listing, server, kind)
  return serversFor(listing)
    .flatMap((one) => listOf(listing, one, kind))
    .sort((a, b) => compare(a.key, b.key))
}

/** The servers whose capabilities the caller meets at this endpoint, in byte order. */
export const serversFor = (listing: Listing): readonly string[] =>
  listing.server === undefined
    ? listing.view.servers(listing.now).filter(listing.spoken)
    : [listing.server]

/** Of one server, as it is called at the endpoint. */
export const listOf = (listing: Listing, server: string, kind: Listable): Listed[] => {
  const { view } = listing
  const its = view.list(server, kindAt(listing, server, kind), listing.now)
  const isDeprecated = view.isDeprecated(server)
  const about = {
    atPlane: listing.server === undefined,
    isDeprecated,
    beginsTasks: listing.beginsTasks(),
  }
  const all = its.map((one) => listedAs(one, about))
  return listing.server === undefined ? all.filter((one) => isCalledSo(view, one)) : all
}

/** Two names of one server may have one short form: then neither is called by it. */
const isCalledSo = (view: CallerView, { key, capability }: Listed): boolean => {
  if (capability.kind === 'resource' || capability.kind === 'template') return true
  const { server, rest, isShort } = divideName(key) ?? {}
  if (server === undefined || rest === undefined) return false
  return !isShort || view.shortened(server, capability.kind, rest) === capability.name
}

/** What is listed of it: an API has operations, which are tools where it offers them as such. */
export const kindAt = ({ isApi }: Listing, item: string, kind: Listable): CapabilityKind =>
  kind === 'tool' && isApi(item) ? 'operation' : kind

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const badCursor = Symbol('bad cursor')

const cursorOf = ({ member }: ListMethod, key: string): string =>
  Buffer.from(`${member} ${key}`).toString('base64url')

const readCursor = (
  cursor: unknown,
  { member }: ListMethod,
): string | typeof badCursor | undefined => {
  if (cursor === undefined) return undefined
  if (typeof cursor !== 'string') return badCursor
  const bytes = Buffer.from(cursor, 'base64url')
  const text = bytes.toString()
  const isOurs = bytes.toString('base64url') === cursor && text.startsWith(`${member} `)
  return isOurs ? text.slice(member.length + 1) : badCursor
}
