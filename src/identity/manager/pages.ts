import { formOf, html, type Page } from '../sign-in/page.ts'
import { type ConsentAsked, destinationOf, personOf } from '../sign-in/pages.ts'

/**
 * Asked each time: whichever program on this computer began it gets what the person may do (RFC 8252
 * §8.6), so the question is whether it was they who began it.
 */
export const managerConsentPage = (asked: ConsentAsked): Page =>
  asked.client.isConsole ? toConsolePage(asked) : toTerminalPage(asked)

/** Seen where a link asks for it alone: who signs in for the console goes on to it by themselves. */
const toConsolePage = ({ form, person }: ConsentAsked): Page => ({
  title: 'Go on to the console?',
  body: html`<h1>Go on to the console?</h1>
<p>You are signed in as <strong>${personOf(person)}</strong>.</p>
${formOf(
  form,
  html`<div class="row"><button class="main" name="do" value="allow">Go on</button>
<button name="do" value="deny">Cancel</button></div>`,
)}`,
})

const toTerminalPage = ({ form, person, client, redirect }: ConsentAsked): Page => ({
  title: 'Did you just sign in from a terminal?',
  leadsTo: redirect,
  body: html`<h1>Did you just sign in from a terminal?</h1>
<p><strong>${client.title ?? client.id}</strong> asks to act as you at the Manager: with everything that you may do there, for at most 12 hours.</p>
<p class="warn">Allow it only if you started <code>bailiwick login</code> yourself a moment ago, on this computer. If a page or somebody else sent you here, deny it.</p>
<dl>
<div><dt>You</dt><dd>${personOf(person)}</dd></div>
<div><dt>The answer goes to</dt><dd>${destinationOf(redirect)}</dd></div>
</dl>
${formOf(
  form,
  html`<div class="row"><button class="main" name="do" value="allow">Allow</button>
<button name="do" value="deny">Deny</button></div>
<p><button class="plain" name="do" value="other">I am not ${person.title ?? person.name}</button></p>`,
)}`,
})
