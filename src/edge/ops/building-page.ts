import { createHash } from 'node:crypto'

const style =
  ':root{color-scheme:light dark}body{font:14px/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1.5em}code{font-family:ui-monospace,monospace}'

const body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2">
<title>Bailiwick: the console is being built</title>
<style>${style}</style>
<h1>The console is being built</h1>
<p>This happens once in a checkout and takes about a minute. Agents are served meanwhile, and so is the
terminal. This page looks again every two seconds.</p>
<p>If it stays, <code>npm run console</code> shows why.</p>
</html>
`

/** Told where a checkout has no console yet. Its style is named by its hash: no other may stand in it. */
export const buildingPage = {
  body,
  policy: `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
} as const
