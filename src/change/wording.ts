import { namePattern } from '#domain/name.ts'
import { mayBeSecret } from './secrets.ts'

const MOST_CHARACTERS = 60

/** A key or name as messages show it: short, printable, and never one that may be a secret. */
export function shown(written: string): string {
  if (mayBeSecret(written)) return '…'
  const short = written.length > MOST_CHARACTERS ? `${written.slice(0, MOST_CHARACTERS)}…` : written
  if (/^[\w@./:{}…-]+$/.test(short)) return short
  // JSON escapes control characters but for these, which terminals obey as well.
  return JSON.stringify(short).replaceAll(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** `Grant planner-reads`, as far as a document says who it is. */
export function subject(value: Readonly<Record<string, unknown>>): string {
  const { kind, name } = value
  const kindText =
    typeof kind === 'string' && /^[A-Z][A-Za-z]{0,31}$/.test(kind) ? kind : 'document'
  const isShown = typeof name === 'string' && namePattern.test(name) && !mayBeSecret(name)
  return isShown ? `${kindText} ${name}` : kindText
}
