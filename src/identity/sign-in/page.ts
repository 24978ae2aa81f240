import { hash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { script } from './script.ts'
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

export interface Form {
  readonly action: string
  /** Proves that the form came from a page of ours to this browser. */
  readonly proof: string
}

export const formOf = ({ action, proof }: Form, fields: Markup, more?: Markup): Markup =>
  html`<form method="post" action="${action}"${more}>
<input type="hidden" name="proof" value="${proof}">
${fields}
</form>`

export interface Page {
  readonly title: string
  readonly body: Markup
  readonly status?: number
  /** Where the browser may be sent after a form: a browser stops at any other address. */
  readonly leadsTo?: string
  /** Address of the one script that it runs. */
  readonly script?: string
}

const styleHash = hash('sha256', style, 'base64')

/** A page of the issuer: no script but the one that it names, nothing from elsewhere, in nobody's frame, in no cache. */
export const sendPage = (response: ServerResponse, page: Page): void => {
  const document = documentOf(page)
  response.writeHead(page.status ?? 200, {
    ...safely(page.leadsTo, page.script),
    ...(response.req.complete || response.req.method === 'GET' ? {} : { Connection: 'close' }),
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(document),
  })
  response.end(document)
}

export const sendScript = (response: ServerResponse): void => {
  const isRead = ['GET', 'HEAD'].includes(response.req.method ?? '')
  response.writeHead(isRead ? 200 : 405, {
    ...safely(),
    'Content-Type': 'text/javascript; charset=utf-8',
    ...(isRead ? { 'Content-Length': Buffer.byteLength(script) } : { Connection: 'close' }),
  })
  response.end(isRead ? script : undefined)
}

export const documentOf = ({ title, body, script: address }: Page): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(style)}</style>
${address === undefined ? undefined : html`<script defer src="${address}"></script>`}
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text

/** What every answer to a browser says, a page or not. */
export const safely = (leadsTo?: string, script?: string): Record<string, string> => ({
  'Cache-Control': 'no-store',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    ...(script === undefined ? [] : [`script-src ${script}`]),
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
