import { compareLines } from './diff.ts'
import { visible } from './visible.ts'

/** One text of a definition that changed, came or went. */
export interface FieldChange {
  /** JSON pointer (RFC 6901), with everything spelled out that a screen would not show. */
  readonly at: string
  /** Word by word: all of it removed where the field went, all added where it came. */
  readonly words: readonly Words[]
}
export interface Words {
  readonly op: 'same' | 'removed' | 'added'
  readonly text: string
}

/** Nobody reads more. */
const MOST = 200

/** What changed between two definitions, field by field and word by word; empty where nothing did. */
export function diffFields(before: unknown, after: unknown): FieldChange[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  const places = [...new Set([...old.keys(), ...now.keys()])].sort()
  const changed = places.filter((at) => old.get(at) !== now.get(at))
  return changed.slice(0, MOST).map((at) => ({ at, words: diffWords(old.get(at), now.get(at)) }))
}

/** Every text and value by where it stands. */
function fieldsOf(definition: unknown): Map<string, string> {
  const fields = new Map<string, string>()
  const waiting: { at: string; value: unknown }[] = [{ at: '', value: definition }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { at, value } = next
    const members = typeof value === 'object' && value !== null ? Object.entries(value) : undefined
    if (members === undefined || members.length === 0) {
      fields.set(at, visible(typeof value === 'string' ? value : JSON.stringify(value)))
    } else
      for (const [name, member] of members) waiting.push({ at: under(at, name), value: member })
  }
  return fields
}

const under = (at: string, name: string): string =>
  `${at}/${visible(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`

function diffWords(before: string | undefined, after: string | undefined): Words[] {
  if (before === undefined) return [{ op: 'added', text: after ?? '' }]
  if (after === undefined) return [{ op: 'removed', text: before }]
  const words: { op: Words['op']; text: string }[] = []
  for (const line of compareLines(wordsOf(before), wordsOf(after))) {
    const op = OPS[line[0] as keyof typeof OPS]
    const text = line.slice(2)
    const last = words.at(-1)
    if (last?.op === op) last.text += text
    else words.push({ op, text })
  }
  return words
}

const OPS = { ' ': 'same', '-': 'removed', '+': 'added' } as const

/** Each word with the space before it. */
const wordsOf = (text: string): string[] => text.match(/\s*\S+|\s+/g) ?? []
