import { hash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { style } from './style.ts'

/** Text that may stand in a page: made by `html` alone, so that nothing gets into one unescaped. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Piece = string | Markup | readonly Markup[] | undefined

/** What is put in is text, in an element or in a quoted attribute; only what `html` made is markup. */
export const html = (parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup =>
  new Markup(parts.map((part, i) => part + written(pieces[i])).join(''))

const written = (piece: Piece): string => {
  if (piece === undefined) return ''
  if (piece instanceof Markup) return piece.text
  if (typeof piece !== 'string') return piece.map(({ text }) => text).join('')
  return piece.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

export interface Page {
  readonly title: string
  readonly body: Markup
  readonly status?: number
  /** Where the browser may be sent after a form: a browser stops at any other address. */
  readonly leadsTo?: string
}

const styleHash = hash('sha256', style, 'base64')

/** A page of the issuer: no script, nothing from elsewhere, in nobody's frame, in no cache. */
export const sendPage = (response: ServerResponse, page: Page): void => {
  const document = documentOf(page)
  response.writeHead(page.status ?? 200, {
    ...safely(page.leadsTo),
    ...(response.req.complete || response.req.method === 'GET' ? {} : { Connection: 'close' }),
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(document),
  })
  response.end(document)
}

export const documentOf = ({ title, body }: Page): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text

/** What every answer to a browser says, a page or not. */
export const safely = (leadsTo?: string): Record<string, string> => ({
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action 'self'${leadsTo === undefined ? '' : ` ${sourceOf(leadsTo)}`}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Not no-referrer: with that a browser hides from us, too, whose page a form comes from.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
})

/** An address as a source of CSP (CSP3 §2.3.1): its origin, or its scheme where it has none. */
const sourceOf = (address: string): string => {
  const { protocol, origin } = new URL(address)
  return origin === 'null' ? protocol : origin
}
