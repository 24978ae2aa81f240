import { around } from './characters.ts'
import type { Found, Severity } from './finding.ts'

interface Mark {
  readonly pattern: RegExp
  readonly severity: Severity
  readonly says: string
}

/**
 * What stands in a text by its form. Each pattern has bounded repetitions, one after the other, so that
 * its time is proportional to the text.
 */
const marks: readonly Mark[] = [
  {
    pattern:
      /<\s?\/?\s?(?:important|system|instructions?|secret|admin|hidden|assistant|override|urgent|priority|critical|sys|inst|context|task)\b[^<>]{0,80}>/i,
    severity: 'serious',
    says: 'has a tag that pretends to be more than a description',
  },
  {
    pattern:
      /<\|[a-z_]{1,30}\|>|\[\/?INST\]|\[\/?(?:system|assistant)\]|<<\/?SYS>>|(?:^|\n)\s{0,8}(?:#{1,4}\s?)?(?:system|assistant)\s?:/i,
    severity: 'serious',
    says: 'has a mark by which conversations are divided',
  },
  {
    pattern:
      /~\/\.\w{2,20}|\bid_(?:rsa|ed25519|ecdsa)\b|\/etc\/(?:passwd|shadow|sudoers)|\.aws\/credentials|\bmcp\.json\b|\.cursor\b|\.netrc\b|\.npmrc\b|\.kube\/config|\/proc\/self\/environ|\bclaude_desktop_config\b/,
    severity: 'serious',
    says: 'names a file in which secrets stand',
  },
  {
    pattern: /<!--/,
    severity: 'serious',
    says: 'has a comment, which is not shown where it is rendered',
  },
  {
    pattern: /<(?:script|iframe|object|embed|svg|style|link|meta)\b|\bon(?:error|load|click)\s?=/i,
    severity: 'serious',
    says: 'has active HTML',
  },
  {
    pattern: /\b(?:javascript|vbscript|data):[^\s]/i,
    severity: 'serious',
    says: 'has a URL that is a program or a document',
  },
  {
    pattern: /!\[[^\]\n]{0,200}\]\(\s?https?:\/\/[^)\s]{0,500}[?&{$][^)\s]{0,500}\)/i,
    severity: 'serious',
    says: 'has an image whose address could carry data away',
  },
  {
    pattern: /!\[[^\]\n]{0,200}\]\(/,
    severity: 'warning',
    says: 'has an image, which is loaded where it is rendered',
  },
  {
    pattern: /<img\b/i,
    severity: 'warning',
    says: 'has an image, which is loaded where it is rendered',
  },
  {
    pattern: /[ \t\u00a0\u2000-\u200a\u3000]{60}|(?:[ \t]?\n){25}/,
    severity: 'serious',
    says: 'pushes text out of view with white space',
  },
  {
    pattern: /(?:\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|&#x?[0-9a-f]{2,6};|%[0-9a-f]{2}){6}/i,
    severity: 'warning',
    says: 'spells text in escapes',
  },
  {
    pattern: /\bhttps?:\/\/(?:\d{1,3}\.){3}\d{1,3}|\bxn--/i,
    severity: 'warning',
    says: 'has a URL whose host is an address, or is spelled in another alphabet',
  },
  { pattern: /\bhttps?:\/\//i, severity: 'info', says: 'has a URL' },
  {
    pattern: /[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}/,
    severity: 'info',
    says: 'has an e-mail address',
  },
]

export function findMarks(text: string): Found[] {
  const found = marks.flatMap(({ pattern, severity, says }): Found[] => {
    const match = pattern.exec(text)
    return match ? [{ severity, says, excerpt: around(text, match.index, match[0].length) }] : []
  })
  return [...found, ...encoded(text)]
}

/** Base64 that is text again when it is read; a long name or a hash is not. */
function encoded(text: string): Found[] {
  for (const match of text.matchAll(/[A-Za-z0-9+/_-]{40,4096}={0,2}/g)) {
    const [blob] = match
    if (!/[a-z]/.test(blob) || !/[A-Z]/.test(blob)) continue
    const read = Buffer.from(blob, 'base64').toString('latin1')
    const printable = read.match(/[\x20-\x7e\n]/g)?.length ?? 0
    const words = read.match(/[a-z]{2,} [a-z]{2,}/gi)?.length ?? 0
    if (printable / read.length > 0.95 && words > 1)
      return [{ severity: 'serious', says: 'hides a text in Base64', excerpt: read.slice(0, 120) }]
    if (blob.length >= 80 && /\d/.test(blob))
      return [
        {
          severity: 'warning',
          says: 'has a long run of what may be Base64',
          excerpt: around(text, match.index),
        },
      ]
  }
  return []
}
