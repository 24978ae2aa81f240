import { type JsonSchema, schemaOf } from '../src/change/schema.ts'
import { type Kind, kinds } from '../src/domain/documents.ts'
import { unbuiltKeys, unbuiltKinds } from '../src/domain/unbuilt.ts'

/** The text of `docs/documents.md` below its heading: each kind with its keys, and what is not built. */
export function documentsReference(): string {
  return [...kinds.map(kindSection), selectorSection(), unbuiltSection()].join('\n\n')
}

function kindSection(kind: Kind): string {
  const schema = schemaOf(kind)
  const rows = rowsOf(schema, '').filter(([key]) => key !== '`apiVersion`' && key !== '`kind`')
  return `## ${kind}\n\n${schema.description ?? ''}\n\n${table(['key', 'required', 'value', 'meaning'], rows)}`
}

type Row = readonly string[]

function rowsOf(schema: JsonSchema, above: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const path = above === '' ? key : `${above}.${key}`
    const required = schema.required?.includes(key) ? 'yes' : ''
    const inner = isSelector(member) ? [] : innerRows(member, path)
    return [[`\`${path}\``, required, wordsFor(member), member.description ?? ''], ...inner]
  })
}

function innerRows(member: JsonSchema, path: string): Row[] {
  if (member.anyOf) return uniqueRows(member.anyOf.flatMap((one) => rowsOf(one, path)))
  if (typeof member.additionalProperties === 'object') {
    return rowsOf(member.additionalProperties, `${path}.*`)
  }
  return rowsOf(member, path)
}

const uniqueRows = (rows: readonly Row[]): Row[] => [
  ...new Map(rows.map((row) => [row[0], row])).values(),
]

/** The one selector has a section of its own in the prose; its keys are the same everywhere. */
const isSelector = ({ items }: JsonSchema): boolean => items?.properties?.class !== undefined

function wordsFor(schema: JsonSchema): string {
  const { type, items, anyOf } = schema
  if (isSelector(schema)) return 'list of selectors'
  if (anyOf) return [...new Set(anyOf.map(wordsFor))].join(' or ')
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.enum) return schema.enum.map((one) => `\`${one}\``).join(', ')
  if (items) return `list of ${wordsFor(items)}`
  if (schema.properties) return `{ ${Object.keys(schema.properties).join(', ')} }`
  if (type === 'object') return 'mapping by name'
  return schema.format ?? wordOf(schema)
}

function wordOf({ type, pattern }: JsonSchema): string {
  if (type === 'string') return pattern?.includes('(s|m|h)') ? 'duration' : 'text'
  return type === 'integer' ? 'whole number' : (type ?? '')
}

function selectorSection(): string {
  const selector = schemaOf('Grant').properties?.allow?.items ?? {}
  const rows = rowsOf(selector, '').map(([key = '', , ...rest]) => [key, ...rest])
  return `## The one selector\n\nWherever capabilities are selected: its keys are ANDed, the values of a key are ORed. It names at least one key, and tools, prompts or resources, one of the three.\n\n${table(['key', 'value', 'meaning'], rows)}`
}

function unbuiltSection(): string {
  const kindRows = [...unbuiltKinds].map(([kind, because]) => [kind, 'the whole kind', because])
  const keyRows = unbuiltKeys.map(({ kind, path, values, because }) => {
    const key = `\`${path.join('.')}\``
    return [kind, values ? `${key}: ${values.join(', ')}` : key, because]
  })
  return `## Not built in this version\n\nWhat stands here is refused by name, never accepted and ignored.\n\n${table(['kind', 'key', 'why it is refused'], [...kindRows, ...keyRows])}`
}

const table = (heads: Row, rows: readonly Row[]): string =>
  [heads, heads.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
