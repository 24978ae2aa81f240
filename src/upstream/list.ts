import type { CapabilityKind } from '#domain/capability.ts'
import { Fault } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Answer, asObject } from './ask.ts'
import type { Discovered } from './upstream.ts'

export interface ListLimits {
  readonly pages: number
  readonly items: number
  readonly bytes: number
}

export const defaultListLimits: ListLimits = {
  pages: 1000,
  items: 20_000,
  bytes: 64 * 1024 * 1024,
}

interface List {
  /** The server's capability that announces it. */
  readonly announced: 'tools' | 'prompts' | 'resources'
  readonly method: string
  readonly member: string
  readonly kind: CapabilityKind
}

const LISTS: readonly List[] = [
  { announced: 'tools', method: 'tools/list', member: 'tools', kind: 'tool' },
  { announced: 'prompts', method: 'prompts/list', member: 'prompts', kind: 'prompt' },
  { announced: 'resources', method: 'resources/list', member: 'resources', kind: 'resource' },
  {
    announced: 'resources',
    method: 'resources/templates/list',
    member: 'resourceTemplates',
    kind: 'template',
  },
]

const METHOD_NOT_FOUND = -32601

/** What was read of one server's lists before: what comes again as it was is not looked into again. */
export interface Lists {
  readonly pages: WeakMap<JsonObject, Page>
  last: { readonly results: readonly JsonObject[]; readonly found: Discovered[] } | undefined
}
export const createLists = (): Lists => ({ pages: new WeakMap(), last: undefined })

interface Page {
  readonly items: readonly JsonObject[]
  readonly bytes: number
  readonly nextCursor: string | undefined
}

/**
 * Everything that a server with these capabilities lists, all pages, each definition as it came; the
 * very same array where all results are those of the last time. All or nothing: a list cut short would
 * look like capabilities that are gone. Rejects with a Fault: `upstream_broken` for what is no list,
 * `upstream_too_large` past a bound.
 */
export async function listAll(
  ask: (method: string, params: JsonObject) => Promise<Answer>,
  about: {
    capabilities: JsonObject
    say: (what: string) => string
    lists: Lists
    limits?: ListLimits
  },
): Promise<Discovered[]> {
  const { capabilities, say, lists, limits = defaultListLimits } = about
  try {
    return await readAll(ask, capabilities, lists, limits)
  } catch (thrown) {
    if (thrown instanceof BadList) {
      const { code, message, status } = thrown
      throw new Fault(code, { detail: say(message), ...(status !== undefined && { status }) })
    }
    throw thrown
  }
}

class BadList extends Error {
  readonly code: 'upstream_broken' | 'upstream_too_large'
  readonly status: number | undefined
  constructor(code: BadList['code'], message: string, status?: number) {
    super(message)
    this.status = status
    this.name = 'BadList'
    this.code = code
  }
}

const broken = (message: string, status?: number) => new BadList('upstream_broken', message, status)
const tooLarge = (message: string) => new BadList('upstream_too_large', message)

async function readAll(
  ask: (method: string, params: JsonObject) => Promise<Answer>,
  capabilities: JsonObject,
  lists: Lists,
  limits: ListLimits,
): Promise<Discovered[]> {
  const found: Discovered[] = []
  const results: JsonObject[] = []
  let pages = 0
  let bytes = 0
  for (const list of LISTS) {
    if (!asObject(capabilities[list.announced])) continue
    const cursors = new Set<string>()
    let params: JsonObject = {}
    for (;;) {
      if (++pages > limits.pages) throw tooLarge(`lists more than ${limits.pages} pages`)
      const page = await ask(list.method, params)
      // A server with resources and without templates may not know the method.
      if (page.error?.code === METHOD_NOT_FOUND && list.kind === 'template') break
      const { items, bytes: size, nextCursor } = pageOf(list, page, lists)
      if (page.result) results.push(page.result)
      for (const definition of items) found.push({ kind: list.kind, definition })
      bytes += size
      if (found.length > limits.items) throw tooLarge(`lists more than ${limits.items} definitions`)
      if (bytes > limits.bytes)
        throw tooLarge(`lists more than ${limits.bytes} bytes of definitions`)
      if (nextCursor === undefined) break
      if (cursors.has(nextCursor))
        throw broken(`goes round in a circle with the cursors of ${list.method}`)
      cursors.add(nextCursor)
      params = { cursor: nextCursor }
    }
  }
  const { last } = lists
  const isSame = last && last.results.length === results.length
  if (isSame && results.every((one, at) => one === last.results[at])) return last.found
  lists.last = { results, found }
  return found
}

function pageOf(list: List, answer: Answer, { pages }: Lists): Page {
  const known = answer.result && pages.get(answer.result)
  if (known) return known
  const page = readPage(list, answer)
  if (answer.result) pages.set(answer.result, page)
  return page
}

function readPage({ method, member }: List, { status, result, error }: Answer): Page {
  if (error) throw broken(`answered ${method} with error ${error.code}`)
  if (result === undefined)
    throw broken(`answered ${method} with status ${status} and no result`, status)
  const { resultType = 'complete', nextCursor } = result
  const listed = result[member]
  if (resultType !== 'complete') throw broken(`did not answer ${method} completely`)
  if (!Array.isArray(listed)) throw broken(`answered ${method} without ${member}`)
  const items = listed.map(asObject)
  if (!items.every((item) => item !== undefined)) {
    throw broken(`answered ${method} with something that is no definition`)
  }
  if (nextCursor !== undefined && typeof nextCursor !== 'string') {
    throw broken(`answered ${method} with a cursor that is no text`)
  }
  return { items, bytes: JSON.stringify(items).length, nextCursor }
}
