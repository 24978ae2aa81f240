import { skeletonOf } from '#lib/skeleton.ts'
import { visible } from '../visible.ts'
import type { Found, Severity } from './finding.ts'

const AROUND = 24

interface Hidden {
  readonly pattern: RegExp
  readonly severity: Severity
  readonly says: string
}

/** What a screen does not show, or acts upon, while a model reads it. */
const hidden: readonly Hidden[] = [
  {
    pattern: /[\u{e0000}-\u{e007f}]/u,
    severity: 'serious',
    says: 'has tag characters, which a model reads and no screen shows',
  },
  {
    pattern: /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/,
    severity: 'serious',
    says: 'has bidirectional controls, which show a text other than it is',
  },
  {
    pattern:
      /[\u200b\u2060-\u2064\ufeff\u00ad\u180e\u115f\u1160\u3164\uffa0]|\u034f|[^\p{M}\p{Emoji}][\u200c\u200d][^\p{M}\p{Emoji}]/u,
    severity: 'serious',
    says: 'has characters without width',
  },
  {
    pattern: /(?![\n\r\t])\p{Cc}/u,
    severity: 'serious',
    says: 'has control characters, which write on a terminal',
  },
  {
    // Emoji have one behind them each; a row of them carries bytes.
    pattern: /[\ufe00-\ufe0e\u{e0100}-\u{e01ef}]{2}|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{3}/u,
    severity: 'serious',
    says: 'has variation selectors in a row, which carry hidden text',
  },
  {
    pattern: /[\p{Co}\p{Cn}]/u,
    severity: 'warning',
    says: 'has characters that mean nothing, or something to one reader alone',
  },
]

/** Also of names: there, nothing hidden is ever honest. */
export function findCharacters(text: string): Found[] {
  if (!/[^\x20-\x7e\n]/.test(text)) return []
  const found = hidden.flatMap(({ pattern, severity, says }): Found[] => {
    const at = text.search(pattern)
    return at < 0 ? [] : [{ severity, says, excerpt: around(text, at) }]
  })
  return [...found, ...tagged(text), ...disguised(text)]
}

export const around = (text: string, at: number, length = 1): string => {
  const start = Math.max(0, at - AROUND)
  const end = Math.min(text.length, at + length + AROUND)
  const part = text.slice(start, end).toWellFormed().replace(/\s+/g, ' ')
  return `${start > 0 ? '…' : ''}${visible(part)}${end < text.length ? '…' : ''}`
}

/** What the tag characters say: they are ASCII, moved to where nothing shows. */
function tagged(text: string): Found[] {
  const said = (text.match(/[\u{e0020}-\u{e007e}]/gu) ?? [])
    .slice(0, 200)
    .map((one) => String.fromCodePoint((one.codePointAt(0) ?? 0) - 0xe0000))
    .join('')
  return said.length < 3 ? [] : [{ severity: 'serious', says: 'hides a text', excerpt: said }]
}

/** A word of ASCII letters and of letters that look like them. */
function disguised(text: string): Found[] {
  for (const match of text.matchAll(/[\p{L}\p{N}_]{2,64}/gu)) {
    const [word] = match
    if (!/[a-z]/i.test(word) || !/[^\p{ASCII}]/u.test(word)) continue
    const isLatin = !/[^\p{Script=Latin}\p{N}_]/u.test(word)
    const like = skeletonOf(word)
    if (isLatin || /[^\p{ASCII}]/u.test(like)) continue
    const says = 'has a word in which letters of another alphabet stand for what they look like'
    const letters = [...word].map((one) => (one > '\x7f' ? `‹U+${hex(one)}›` : one)).join('')
    return [{ severity: 'serious', says, excerpt: `${word}: ${letters}` }]
  }
  return []
}

const hex = (one: string): string =>
  (one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
