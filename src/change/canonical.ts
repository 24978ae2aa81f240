import type { Document } from '#domain/documents.ts'

/**
 * Documents as YAML, always in the same way: keys in the order of the schema, names of capabilities
 * in byte order, small mappings on one line. The writer is our own since the text is compared, kept
 * in revisions and applied back: it must not change with a library.
 */
export function toYaml(document: Document): string {
  return Object.entries(document)
    .map(([key, value]) => member(key, value))
    .join('')
}

/** A stream of documents, empty for none. */
export const toYamlStream = (documents: readonly Document[]): string =>
  documents.map(toYaml).join('---\n')

/** The same document with what has no order of its own in byte order. Two are equal when these are. */
export function canonical<D extends Document>(document: D): D {
  if (document.kind === 'API') {
    const { operations } = document
    return { ...document, ...(operations && { operations: sortKeys(operations) }) }
  }
  if (document.kind !== 'Server') return document
  const { tools, prompts, resources } = document
  return {
    ...document,
    ...(tools && { tools: sortKeys(tools) }),
    ...(prompts && { prompts: sortKeys(prompts) }),
    ...(resources && { resources: sortKeys(resources) }),
  }
}

const sortKeys = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))

function member(key: string, value: unknown): string {
  if (Array.isArray(value) && value.some(isContainer)) {
    return `${key}:\n${value.map((item) => `  - ${flow(item)}\n`).join('')}`
  }
  if (isRecord(value) && Object.values(value).some(isRecord)) {
    const lines = Object.entries(value).map(([name, inner]) => entry(scalar(name), flow(inner)))
    return `${key}:\n${lines.join('')}`
  }
  return `${key}: ${flow(value)}\n`
}

/** YAML 1.2.2 §8.2.2: a key before its colon has at most 1024 characters; a longer one is marked by `?`. */
const entry = (key: string, value: string): string =>
  key.length > 1000 ? `  ? ${key}\n  : ${value}\n` : `  ${key}: ${value}\n`

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (!isRecord(value)) return scalar(value)
  const members = Object.entries(value).map(([key, inner]) => `${scalar(key)}: ${flow(inner)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return String(value)
  return isPlain(value) ? value : quoted(value)
}

/** Words that no reader, of YAML 1.1 either, takes for anything but text. */
const isPlain = (text: string): boolean =>
  /^(?:[A-Za-z_][\w./@+-]*(?: [\w./@+-]+)*|[0-9]{1,6}[smh])$/.test(text) &&
  !/^(?:y|n|yes|no|on|off|true|false|null|e[-+]?\d+)$/i.test(text)

/** JSON's quotes are YAML's, but for characters that YAML does not take unescaped. */
const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffd-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null
