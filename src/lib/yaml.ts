import { Composer, type CST, type Document, type ErrorCode, type ParsedNode, Parser } from 'yaml'

export type YamlDocument = Document.Parsed<ParsedNode, true>

/**
 * YAML 1.2 with its core schema and nothing else: no merge keys, no tags of 1.1, keys are text.
 * Duplicate keys are found by the reader, because the library compares each key with all others.
 */
const options = {
  version: '1.2',
  schema: 'core',
  strict: true,
  merge: false,
  resolveKnownTags: false,
  stringKeys: true,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const

export const createComposer = () => new Composer<ParsedNode, true>(options)
export const tokensOf = (text: string) => new Parser().parse(text)

/** The first document of a text, undefined where there is none. */
export function composeFirst(text: string): YamlDocument | undefined {
  for (const document of createComposer().compose(tokensOf(text))) return document
  return undefined
}

/**
 * The offset of a mapping or list that stands inside `most` others, undefined where none does. Asked
 * before a document is composed, since that goes down by recursion until the stack ends.
 */
export function tooDeepAt(document: CST.Document, most: number): number | undefined {
  const open: [CST.Token | null | undefined, number][] = [[document.value, 0]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next
    if (!token || !('items' in token)) continue
    if (depth >= most) return token.offset
    for (const { key, value } of token.items) open.push([value, depth + 1], [key, depth + 1])
  }
  return undefined
}

/** Our own sentences: the library's quote the text, which may be a secret. */
export const sentences: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'aliases are not accepted; write the value out',
  BAD_ALIAS: 'aliases are not accepted; write the value out, in quotes if it begins with *',
  BAD_COLLECTION_TYPE: 'a mapping or a list stands where its tag does not allow it',
  BAD_DIRECTIVE: 'directives are not accepted; remove the line',
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins no escape that YAML knows; use single quotes',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_PROP_ORDER: 'anchors and tags are not accepted',
  BAD_SCALAR_START: 'a value cannot begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a mapping cannot begin here; put it on a line of its own, or the value in quotes',
  BLOCK_IN_FLOW: 'an indented list or mapping cannot stand within [ ] or { }',
  DUPLICATE_KEY: 'a key stands twice',
  IMPOSSIBLE: 'this cannot be read as YAML',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a character is missing: a quote, a bracket, a comma or a space',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; is a quote or a bracket not closed?',
  MULTIPLE_ANCHORS: 'anchors are not accepted',
  MULTIPLE_DOCS: 'documents are separated by a line of ---',
  MULTIPLE_TAGS: 'tags are not accepted',
  NON_STRING_KEY: 'a key must be text',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  TAB_AS_INDENT: 'a tab stands where YAML wants spaces',
  TAG_RESOLVE_FAILED: 'tags are not accepted',
  UNEXPECTED_TOKEN: 'this cannot stand here; is a quote, a comma or a line break missing?',
}
