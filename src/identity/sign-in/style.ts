/**
 * Of all pages of the issuer. It stands in the page, under its hash: nothing is fetched. What can be
 * typed into or pressed has an edge of 3 : 1 at least (WCAG 2.2, 1.4.11), text 4.5 : 1 (1.4.3).
 */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --quiet: #57606a; --paper: #fff; --ground: #f4f5f7; --line: #d0d7de; --edge: #818b98; --accent: #0b57d0; --on-accent: #fff; --warn: #8a4b00 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --quiet: #a0a8b2; --paper: #1c2025; --ground: #121519; --line: #3a424c; --edge: #6e7681; --accent: #8ab4f8; --on-accent: #10151c; --warn: #ffb867 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 28rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; padding: 1.75rem }
h1 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .5rem; overflow-wrap: anywhere }
p { margin: .5rem 0; overflow-wrap: anywhere }
.quiet { color: var(--quiet); font-size: .9rem }
.warn { color: var(--warn); border-left: 3px solid; padding-left: .75rem }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600 }
input { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: .4rem }
dl { margin: 1rem 0; border-top: 1px solid var(--line) }
dl div { padding: .6rem 0; border-bottom: 1px solid var(--line) }
dt { color: var(--quiet); font-size: .85rem }
dd { margin: 0; overflow-wrap: anywhere }
button { font: inherit; font-weight: 600; padding: .6rem 1rem; border: 1px solid var(--edge); border-radius: .4rem; background: transparent; color: inherit; cursor: pointer }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
button.plain { border: 0; padding: 0; font-weight: 400; color: var(--accent); text-align: left; text-decoration: underline; overflow-wrap: anywhere }
a { color: var(--accent) }
a.button { display: block; padding: .6rem 1rem; border: 1px solid var(--line); border-radius: .4rem; color: inherit; font-weight: 600; text-align: center; text-decoration: none; overflow-wrap: anywhere }
a.button:hover { border-color: var(--accent) }
.ways { display: grid; gap: .75rem; margin-top: 1.25rem }
.or { display: flex; align-items: center; gap: .75rem; margin-top: 1.25rem; color: var(--quiet); font-size: .9rem }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.row { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem }
.row button { flex: 1 1 8rem }
`
