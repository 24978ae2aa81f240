import { type Form, formOf, html, type Markup, type Page } from '../sign-in/page.ts'
import { passwordForm } from '../sign-in/pages.ts'
import { type Asked, passkeyForm, signInByPasskey } from '../sign-in/passkey.ts'
import type { PasskeyShown, WaysIn } from '../sign-in/people-view.ts'

const title = 'Your passkeys'

/** Who comes, before anything of theirs is shown: a sign-in for this page alone. */
export const whoPage = (about: {
  form: Form
  passkey: Asked | undefined
  script: string
  name: string
  problem: string | undefined
}): Page => ({
  title,
  ...(about.passkey && { script: about.script }),
  ...(about.problem !== undefined && { status: 401 }),
  body: html`<h1>${title}</h1>
<p class="quiet">For accounts of this gateway itself. Sign in to see what you sign in with, and to change it within ten minutes.</p>
${problemOf(about.problem)}
${about.passkey && signInByPasskey(about.form, about.passkey)}
${passwordForm(about.form, about.name, !about.passkey)}`,
})

export const passkeysPage = (about: {
  form: Form
  person: string
  ways: WaysIn
  /** Undefined where this sign-in changes nothing: it was weaker than what it would change. */
  toMake: Asked | undefined
  script: string
  problem: string | undefined
}): Page => {
  const { form, person, ways, toMake } = about
  const { passkeys, hasPassword } = ways
  const isLast = passkeys.length === 1 && !hasPassword
  return {
    title,
    ...(toMake && { script: about.script }),
    ...(about.problem !== undefined && { status: 403 }),
    body: html`<h1>${title}</h1>
<p class="quiet">${person} ${hasPassword ? 'signs in by password, too.' : 'signs in by passkey alone.'}</p>
${problemOf(about.problem)}
${passkeys.length === 0 ? html`<p>You have none yet. A passkey stays in your device, is yours by finger, face or PIN, and cannot be given away to a page that only looks like this one.</p>` : undefined}
${toMake ? undefined : html`<p class="quiet">Here you signed in by password. From your first passkey on, what stands here is changed by who signs in with one of them; whoever has lost them all asks an administrator.</p>`}
<dl>${passkeys.map((one) => rowOf(one, toMake && !isLast ? form : undefined))}</dl>
${toMake && addForm(form, toMake)}
${toMake && hasPassword && passkeys.length > 0 ? formOf(form, html`<p><button class="plain" name="do" value="remove-password">Remove my password: sign in by passkey alone</button></p>`) : undefined}
${formOf(form, html`<p><button class="plain" name="do" value="leave">Sign out of this page</button></p>`)}
<p><a href="/m">Go to the console</a></p>`,
  }
}

/** Where the gateway is configured by an address. */
export const nowherePage = (origin: string): Page => ({
  title,
  status: 404,
  body: html`<h1>There are no passkeys here</h1>
<p>This gateway is at ${origin}. Browsers make passkeys for a name, not for an address: whoever runs it can give it one (<code>--origin</code>).</p>`,
})

const problemOf = (problem: string | undefined): Markup | undefined =>
  problem === undefined ? undefined : html`<p class="warn" role="alert">${problem}</p>`

const rowOf = (one: PasskeyShown, form: Form | undefined): Markup => html`<div>
<dt>${one.usedAt === undefined ? 'Not used yet' : `Last used ${timeOf(one.usedAt)}`}, made ${timeOf(one.madeAt)}</dt>
<dd><strong>${one.label}</strong> <span class="quiet">${one.id}</span>
${form && formOf(form, html`<input type="hidden" name="passkey" value="${one.id}"><button class="plain" name="do" value="remove">Remove ${one.label}</button>`)}</dd>
</div>`

const addForm = (form: Form, toMake: Asked): Markup =>
  passkeyForm(
    form,
    'make',
    toMake,
    html`<label for="label">A name for the new one</label>
<input id="label" name="label" maxlength="80" placeholder="Work laptop" autocomplete="off" required>
<div class="row"><button class="main" name="do" value="add">Add a passkey</button></div>`,
  )

const timeOf = (ms: number): string =>
  `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
