/**
 * The one script of these pages, at an address of its own: the policy of a page lets no other run. Forms
 * with `data-get` or `data-make` hold what an authenticator is asked, as JSON; its answer goes into the
 * form, and the form is sent as any other. Where a browser has no passkeys, the forms stay hidden.
 */
export const script = `
const { PublicKeyCredential: Passkey } = window
const ask = async ({ get, make }) => {
  if (get) {
    const publicKey = Passkey.parseRequestOptionsFromJSON(JSON.parse(get))
    return navigator.credentials.get({ publicKey })
  }
  const publicKey = Passkey.parseCreationOptionsFromJSON(JSON.parse(make))
  return navigator.credentials.create({ publicKey })
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
      event.preventDefault()
      try {
        answer.value = JSON.stringify((await ask(form.dataset)).toJSON())
        form.requestSubmit(event.submitter)
      } catch (thrown) {
        say(form, thrown)
      }
    })
  }
`
