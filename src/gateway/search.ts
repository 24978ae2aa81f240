import type { Capability } from '#domain/capability.ts'
import type { JsonValue } from '#lib/json.ts'
import { isObject, resultBytes } from '#mcp/messages.ts'
import type { Ask } from './exchange.ts'
import type { Answer } from './forward.ts'
import type { Listed } from './listed.ts'
import { type Listing, listServed } from './lists.ts'
import { usual } from './own-tools.ts'

/** The result of a search that is permitted. */
export const answerSearch = (ask: Ask, listing: Listing): Answer => {
  const { query, limit = usual } = (ask.params.arguments ?? {}) as Record<string, JsonValue>
  const found = rank(listServed(listing, 'tool'), String(query), Number(limit))
  const tools = found.map((one) => one.definition())
  const final = resultBytes(ask.id, {
    ...(ask.era === 'modern' ? { resultType: 'complete' } : {}),
    content: [{ type: 'text', text: JSON.stringify({ tools }) }],
    structuredContent: { tools },
  })
  return {
    status: 'complete',
    code: '',
    final,
    event: undefined,
    detached: false,
    httpStatus: 200,
    sessionId: undefined,
  }
}

/** How much a word counts by where it stands. */
const weights = { name: 8, title: 4, description: 2, argument: 1 }

/**
 * The tools that a query is about, best first: by how many of its words they have, where, and whether
 * whole or as a beginning; among equals in byte order of name. The same query over the same tools
 * always gives the same. Nothing of a query is more than words.
 */
export const rank = (tools: readonly Listed[], query: string, most: number): Listed[] => {
  const asked = [...new Set(wordsOf(query))].slice(0, mostWords)
  return tools
    .map((tool) => ({ tool, score: scoreOf(wordsIn(tool.capability), asked) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ tool }) => tool)
}

const mostWords = 16

const scoreOf = (words: ReadonlyMap<string, number>, asked: readonly string[]): number => {
  let score = 0
  for (const word of asked) {
    let best = (words.get(word) ?? 0) * 2
    if (best === 0 && word.length > 2)
      for (const [other, weight] of words)
        if (weight > best && isBeginning(word, other)) best = weight
    score += best
  }
  return score
}

/** `ticket` and `tickets`, whichever is asked for. */
const isBeginning = (word: string, other: string): boolean =>
  other.startsWith(word) || (other.length > 3 && word.startsWith(other))

/** The words of a definition, each at the best of its places; worked out once. */
const wordsIn = (capability: Capability): ReadonlyMap<string, number> => {
  let words = known.get(capability)
  if (!words) {
    words = gather(capability)
    known.set(capability, words)
  }
  return words
}
const known = new WeakMap<Capability, ReadonlyMap<string, number>>()

const gather = ({ server, name, definition }: Capability): ReadonlyMap<string, number> => {
  const { title, description, inputSchema } = definition
  const properties = isObject(inputSchema) && isObject(inputSchema.properties)
  const names = properties ? Object.keys(inputSchema.properties as object) : []
  const words = new Map<string, number>()
  const add = (text: unknown, weight: number) => {
    if (typeof text !== 'string') return
    for (const word of wordsOf(text)) if (!words.has(word)) words.set(word, weight)
  }
  add(name, weights.name)
  add(title, weights.title)
  add(server, weights.title)
  add(description, weights.description)
  add(names.join(' '), weights.argument)
  return words
}

/** `readFile`, `read_file` and `read-file` are the same two words. */
const wordsOf = (text: string): string[] =>
  text
    .slice(0, 4000)
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
