import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readBody } from '#gateway/read.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { isJsonContentType } from '#lib/http.ts'
import { JsonError, readJson } from '#lib/json.ts'
import type { Route } from './route.ts'

const jsonLimits = { depth: 64, nodes: 200_000 }
const bodyTimeoutMs = 30_000

/**
 * The query as the route's schema reads it; a key stands once, or once for each value where the schema
 * takes a list. Throws Fault('usage').
 */
export const readQuery = (route: Route, url: string): unknown => {
  const written = new URLSearchParams(url.split('?')[1] ?? '')
  const keys = new Set(written.keys())
  const lists = route.query ? listsIn(route.query) : none
  const values = Object.fromEntries(
    [...keys].map((key) => {
      const all = written.getAll(key)
      if (lists.has(key)) return [key, all]
      if (all.length > 1) throw new Fault('usage', { detail: 'The query holds a key twice.' })
      return [key, all[0]]
    }),
  )
  if (route.query) return check(route.query, values, 'the query')
  if (keys.size > 0) throw new Fault('usage', { detail: 'This address takes no query.' })
  return {}
}

const none: ReadonlySet<string> = new Set()
const known = new WeakMap<z.ZodType, ReadonlySet<string>>()

/** Keys of which a query may hold several. */
const listsIn = (query: z.ZodType): ReadonlySet<string> => {
  const found = known.get(query)
  if (found) return found
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' })
  const lists = Object.entries(properties).filter(
    ([, one]) => typeof one === 'object' && one.type === 'array',
  )
  const keys = new Set(lists.map(([key]) => key))
  known.set(query, keys)
  return keys
}

/** The body, where the route takes one: strict JSON of a bounded size, in the form of its schema. */
export const readInput = async (
  route: Route,
  request: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
): Promise<unknown> => {
  if (!route.body) return undefined
  if (!isJsonContentType(request.headers['content-type'])) throw new Fault('bad_media_type')
  // RFC 9110 §8.4: nothing is unpacked here, so that what was sent is what was counted.
  if (request.headers['content-encoding'] !== undefined) throw new Fault('bad_media_type')
  const about = { limitBytes: route.bodyBytes, timeoutMs: bodyTimeoutMs, clock }
  const value = parse(await readBody({ request, response }, about))
  // Documents are checked as a whole where they are changed, in sentences made for them.
  return route.document ? value : check(route.body, value, 'the body')
}

const parse = (bytes: Buffer): unknown => {
  try {
    return readJson(bytes, jsonLimits).value
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown
    throw new Fault('bad_json', { detail: `${thrown.reason} at byte ${thrown.offset}` })
  }
}

const check = (schema: z.ZodType, value: unknown, what: string): unknown => {
  const checked = schema.safeParse(value)
  if (checked.success) return checked.data
  const lines = checked.error.issues.map((issue) => describe(issue, what))
  throw new Fault('usage', { detail: lines.join('\n') })
}

// Never the value: it may be a secret that stands in the wrong place.
const describe = (issue: z.core.$ZodIssue, what: string): string =>
  `${issue.path.join('.') || what}: ${issue.code === 'unrecognized_keys' ? 'holds a key that it does not know' : issue.message}`
