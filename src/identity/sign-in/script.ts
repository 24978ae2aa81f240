/**
 * The one script of these pages, at an address of its own: the policy of a page lets no other run. Forms
 * with `data-get` or `data-make` hold what an authenticator is asked, as JSON; its answer goes into the
 * form, and the form is sent as any other. Where a browser has no passkeys, the forms stay hidden. One with
 * `data-now` asks by itself, if the browser lets it: where it does not, its button is there.
 */
export const script = `
const { PublicKeyCredential: Passkey } = window
let asked
const ask = async ({ get, make }) => {
  asked?.abort()
  asked = new AbortController()
  const { signal } = asked
  if (get) {
    const publicKey = Passkey.parseRequestOptionsFromJSON(JSON.parse(get))
    return navigator.credentials.get({ publicKey, signal })
  }
  const publicKey = Passkey.parseCreationOptionsFromJSON(JSON.parse(make))
  return navigator.credentials.create({ publicKey, signal })
}
const say = (form, thrown) => {
  const problem = form.querySelector('[role=alert]')
  problem.textContent =
    thrown.name === 'InvalidStateError'
      ? 'This device has a passkey for you already.'
      : 'No passkey was used. Try again, or go another way.'
  problem.hidden = false
}
const forms = document.querySelectorAll('form[data-get], form[data-make]')
if (Passkey?.parseRequestOptionsFromJSON)
  for (const form of forms) {
    form.hidden = false
    form.addEventListener('submit', async (event) => {
      const { answer } = form.elements
      if (answer.value !== '') return
      const byItself = event.submitter === null
      event.preventDefault()
      try {
        answer.value = JSON.stringify((await ask(form.dataset)).toJSON())
        form.requestSubmit(event.submitter ?? form.querySelector('[value=passkey]'))
      } catch (thrown) {
        if (!byItself && thrown.name !== 'AbortError') say(form, thrown)
      }
    })
    if ('now' in form.dataset) form.requestSubmit()
  }
`
