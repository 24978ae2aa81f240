import { managerId, type PlaneId } from '#domain/name.ts'
import { isOnOwnMachine } from '#domain/sign-in-documents.ts'
import type { SignInClient } from './clients.ts'
import { type Form, formOf, html, type Markup, type Page } from './page.ts'
import { type Asked, signInByPasskey } from './passkey.ts'
import type { Known } from './people-view.ts'

/** The pages that a person sees at a plane's issuer. Whatever a program says of itself stands in quotes. */

/** A way in that leads through somebody else's page. */
export interface Way {
  readonly title: string
  readonly href: string
}

export const signInPage = (about: {
  form: Form
  ways: readonly Way[]
  /** Undefined where nobody has a passkey. */
  passkey: Asked | undefined
  script: string
  plane: string
  client: SignInClient
  redirect: string
  /** What was typed before, and why it did not do. */
  name: string
  problem: string | undefined
}): Page => ({
  title: `Sign in to ${about.plane}`,
  leadsTo: about.redirect,
  ...(about.passkey && { script: about.script }),
  ...(about.problem !== undefined && { status: 401 }),
  body: html`<h1>Sign in to ${about.plane}</h1>
<p class="quiet">${about.client.isConsole ? 'You go on to the console from here.' : html`${programOf(about.client)} asks who you are. What it may do is asked next.`}</p>
${about.problem === undefined ? undefined : html`<p class="warn" role="alert">${about.problem}</p>`}
${waysOf(about.ways)}
${about.passkey && signInByPasskey(about.form, about.passkey, isAskedFor(about))}
${passwordForm(about.form, about.name, about.ways.length === 0 && !about.passkey)}
${formOf(about.form, html`<p><button class="plain" name="do" value="deny" formnovalidate>Cancel and go back</button></p>`)}`,
})

/** The console leads here, past organisations, where its button for a passkey was pressed, and once. */
const isAskedFor = (about: { client: SignInClient; problem: string | undefined }): boolean =>
  about.client.isConsole === true && about.problem === undefined

/** Who signed in, as a page shows them. */
type Signed = Pick<Known, 'name' | 'title'>

export interface ConsentAsked {
  readonly form: Form
  readonly plane: string
  readonly person: Signed
  readonly client: SignInClient
  readonly redirect: string
  readonly resource: string
  readonly scopes: readonly string[]
}

export const consentPage = (about: ConsentAsked): Page => {
  const { client, person, plane, resource, redirect, scopes } = about
  const [agent, consumer] = client.client.split('@')
  return {
    title: `Let ${agent} act for you?`,
    leadsTo: redirect,
    body: html`<h1>Let ${agent} act for you?</h1>
<p>${programOf(client)} wants to use ${plane} in your name, as the agent <strong>${agent}</strong> of <strong>${consumer}</strong>.</p>
${client.from === 'document' ? undefined : html`<p class="warn">Nobody here has checked this program: its name is what it says of itself. Go on only if you have just started it yourself.</p>`}
<dl>
<div><dt>You</dt><dd>${personOf(person)}</dd></div>
<div><dt>May use</dt><dd>${placeOf(resource, plane)}</dd></div>
<div><dt>With</dt><dd>${scopes.length > 0 ? scopes.join(', ') : 'everything that the agent is granted'}</dd></div>
<div><dt>The answer goes to</dt><dd>${destinationOf(redirect)}</dd></div>
</dl>
${formOf(
  about.form,
  html`<div class="row"><button class="main" name="do" value="allow">Allow</button>
<button name="do" value="deny">Deny</button></div>
<p><button class="plain" name="do" value="other">I am not ${person.title ?? person.name}</button></p>`,
)}`,
  }
}

export const refusedPage = (about: {
  form: Form
  plane: string
  person: Signed
  client: SignInClient
  redirect: string
}): Page => ({
  title: 'You may not use this agent',
  status: 403,
  leadsTo: about.redirect,
  body: html`<h1>You may not use this agent</h1>
<p>You are signed in as <strong>${personOf(about.person)}</strong>. The agent <strong>${about.client.client}</strong> of ${about.plane} does not act for you. Its owner, or whoever runs ${about.plane}, can change that.</p>
${formOf(
  about.form,
  html`<div class="row"><button class="main" name="do" value="deny">Go back</button>
<button name="do" value="other">I am not ${about.person.title ?? about.person.name}</button></div>`,
)}`,
})

export const problemPage = (status: number, title: string, sentence: string): Page => ({
  title,
  status,
  body: html`<h1>${title}</h1>
<p>${sentence}</p>`,
})

/** Where a sign-in is over at the Manager's issuer, the console is one of the programs to begin again in. */
export const withConsole = (page: Page, plane: PlaneId): Page =>
  plane === managerId
    ? { ...page, body: html`${page.body}<p><a href="/m">Go to the console</a></p>` }
    : page

/** Links, not forms: where they lead is not known before they are followed. */
const waysOf = (ways: readonly Way[]): Markup | undefined =>
  ways.length === 0
    ? undefined
    : html`<div class="ways">${ways.map(({ title, href }) => html`<a class="button" href="${href}">Continue with ${title}</a>`)}</div>
<p class="or">or with an account of this gateway</p>`

/** `isOnly`: there is no other way in, so whoever comes begins to type there. */
export const passwordForm = (form: Form, name: string, isOnly: boolean): Markup =>
  formOf(
    form,
    html`<label for="name">Name</label>
<input id="name" name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required${name === '' && isOnly ? autofocus : undefined}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${name === '' ? undefined : autofocus}>
<div class="row"><button class="main" name="do" value="sign-in">Sign in</button></div>`,
  )

/** Where a person types next: after a wrong password the name stands there already; nowhere, where others sign people in. */
const autofocus = html` autofocus`

/** The name is the person; what they are called is beside it. */
export const personOf = ({ name, title }: Signed): Markup =>
  title === undefined ? html`${name}` : html`${title} <span class="quiet">${name}</span>`

const programOf = ({ from, title, id, client }: SignInClient): Markup => {
  if (from === 'document') return html`<strong>${title ?? client}</strong>`
  const name =
    title === undefined ? 'A program without a name' : `A program that calls itself “${title}”`
  return from === 'metadata'
    ? html`${name}, of <strong>${new URL(id).host}</strong>,`
    : html`${name}, which registered itself,`
}

const placeOf = (resource: string, plane: string): string => {
  const path = new URL(resource).pathname
  const [, kind, , item] = path.split('/')
  if (item === undefined) return `every server of ${plane} that the agent is granted`
  return kind === 'rest' ? `the API ${item}` : `the server ${item}`
}

export const destinationOf = (redirect: string): Markup => {
  const url = new URL(redirect)
  if (url.protocol === 'https:') return html`<strong>${url.host}</strong>`
  if (!isOnOwnMachine(redirect) || url.protocol === 'http:')
    return html`<strong>this computer</strong>, to whatever program listens at ${url.host}`
  return html`<strong>this computer</strong>, to the program that opens ${url.protocol} addresses`
}
