import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from 'yaml'
import type { JsonValue } from '#lib/json.ts'
import { createComposer, sentences, tokensOf, tooDeepAt, type YamlDocument } from '#lib/yaml.ts'
import type { DocumentBounds, Reading } from './document.ts'
import type { Finding } from './finding.ts'

/** Of one text: one slip can make an error of every line after it. */
const MOST_ERRORS = 10

/** Where anchors are taken, these are about something else. */
const said = {
  ...sentences,
  ALIAS_PROPS: 'an alias can have neither an anchor nor a tag',
  BAD_ALIAS: 'an alias has no name; put a text that begins with * in quotes',
  BAD_PROP_ORDER: 'an anchor stands where none can',
  MULTIPLE_ANCHORS: 'a value has two anchors',
}

/** A value with what it would be if its aliases were written out. */
interface Weighed {
  readonly value: JsonValue
  readonly values: number
  readonly depth: number
}

/** The first thing that cannot be taken ends the reading. */
class Unread extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/**
 * One YAML document as plain values. Anchors are taken, as tools write them: an alias becomes the very
 * value that its anchor stands for, and counts as much as if it were written out.
 */
export function readYaml(
  text: string,
  bounds: DocumentBounds,
): Reading<{ readonly value: JsonValue }> {
  try {
    const document = compose(text, bounds)
    if (document.errors.length > 0) {
      const errors = document.errors.slice(0, MOST_ERRORS)
      return {
        problems: errors.map((error) => problem(text, error.pos[0], said[error.code])),
      }
    }
    return { value: createReader(bounds)(document.contents).value }
  } catch (thrown) {
    if (!(thrown instanceof Unread)) throw thrown
    return { problems: [problem(text, thrown.offset, thrown.message)] }
  }
}

function compose(text: string, { depth }: DocumentBounds): YamlDocument {
  const composer = createComposer()
  const documents: YamlDocument[] = []
  for (const token of tokensOf(text)) {
    if (token.type === 'directive') throw new Unread(sentences.BAD_DIRECTIVE, token.offset)
    const deep = token.type === 'document' ? tooDeepAt(token, depth) : undefined
    if (deep !== undefined) throw new Unread(sentences.RESOURCE_EXHAUSTION, deep)
    documents.push(...composer.next(token))
  }
  documents.push(...composer.end())
  const [document, another] = documents
  if (another) throw new Unread('a second document begins here', another.range[0])
  if (!document) throw new Unread('the text is empty', 0)
  return document
}

function createReader(bounds: DocumentBounds): (node: unknown) => Weighed {
  const anchors = new Map<string, Weighed>()
  let left = bounds.values

  const spend = (values: number, node: Node): void => {
    left -= values
    if (left < 0) throw new Unread(`there are more than ${bounds.values} values`, offsetOf(node))
  }
  const gather = (node: Node, value: JsonValue, parts: readonly Weighed[]): Weighed => {
    const depth = parts.reduce((most, part) => Math.max(most, part.depth), 0) + 1
    if (depth > bounds.depth) throw new Unread(sentences.RESOURCE_EXHAUSTION, offsetOf(node))
    return { value, values: parts.reduce((sum, part) => sum + part.values, 1), depth }
  }

  const mapping = (map: YAMLMap): Weighed => {
    const made: { [key: string]: JsonValue } = {}
    const parts: Weighed[] = []
    for (const { key, value } of map.items) {
      const name = isNode(key) ? read(key).value : null
      const offset = offsetOf(isNode(key) ? key : map)
      if (typeof name !== 'string') throw new Unread(sentences.NON_STRING_KEY, offset)
      if (name === '<<') throw new Unread('merge keys are not accepted; write them out', offset)
      if (name === '__proto__') throw new Unread('__proto__ cannot be a key', offset)
      if (Object.hasOwn(made, name)) throw new Unread(sentences.DUPLICATE_KEY, offset)
      const part = read(value)
      made[name] = part.value
      parts.push(part)
    }
    return gather(map, made, parts)
  }

  const bare = (node: Node): Weighed => {
    if (isMap(node)) return mapping(node)
    if (isSeq(node)) {
      const parts = node.items.map(read)
      return gather(
        node,
        parts.map(({ value }) => value),
        parts,
      )
    }
    const value = isScalar(node) ? (node.value as JsonValue) : null
    return { value, values: 1, depth: 0 }
  }

  function read(node: unknown): Weighed {
    if (!isNode(node)) return { value: null, values: 1, depth: 0 }
    if (isAlias(node)) {
      const found = anchors.get(node.source)
      if (!found) throw new Unread('the alias has no anchor above it', offsetOf(node))
      spend(found.values, node)
      return found
    }
    if (node.tag !== undefined) throw new Unread(sentences.TAG_RESOLVE_FAILED, offsetOf(node))
    spend(1, node)
    const weighed = bare(node)
    // Set when the value is whole: an alias within its own anchor finds none.
    if (node.anchor !== undefined) anchors.set(node.anchor, weighed)
    return weighed
  }
  return read
}

const offsetOf = (node: Node): number => node.range?.[0] ?? 0

function problem(text: string, offset: number, message: string): Finding {
  const line = text.slice(0, offset).split('\n').length
  return { pointer: '', message: `line ${line}: ${message}`, effect: 'refused' }
}
