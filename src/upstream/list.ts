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

/**
 * Everything that a server with these capabilities lists, all pages, each definition as it came.
 * All or nothing: a list cut short would look like capabilities that are gone. Rejects with a Fault:
 * `upstream_broken` for what is no list, `upstream_too_large` past a bound.
 */
export async function listAll(
  ask: (method: string, params: JsonObject) => Promise<Answer>,
  capabilities: JsonObject,
  say: (what: string) => string,
  limits: ListLimits = defaultListLimits,
): Promise<Discovered[]> {
  try {
    return await readAll(ask, capabilities, limits)
  } catch (thrown) {
    if (thrown instanceof BadList) throw new Fault(thrown.code, { detail: say(thrown.message) })
    throw thrown
  }
}

class BadList extends Error {
  readonly code: 'upstream_broken' | 'upstream_too_large'
  constructor(code: BadList['code'], message: string) {
    super(message)
    this.name = 'BadList'
    this.code = code
  }
}

const broken = (message: string) => new BadList('upstream_broken', message)
const tooLarge = (message: string) => new BadList('upstream_too_large', message)

async function readAll(
  ask: (method: string, params: JsonObject) => Promise<Answer>,
  capabilities: JsonObject,
  limits: ListLimits,
): Promise<Discovered[]> {
  const found: Discovered[] = []
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
      const { items, nextCursor } = readPage(list, page)
      for (const definition of items) found.push({ kind: list.kind, definition })
      bytes += JSON.stringify(items).length
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
  return found
}

function readPage(
  { method, member }: List,
  { status, result, error }: Answer,
): { items: JsonObject[]; nextCursor: string | undefined } {
  if (error) throw broken(`answered ${method} with error ${error.code}`)
  if (result === undefined) throw broken(`answered ${method} with status ${status} and no result`)
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
  return { items, nextCursor }
}
