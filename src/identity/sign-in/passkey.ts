import type { PlaneId } from '#domain/name.ts'
import { authenticatorMs, type Challenges } from './challenges.ts'
import { type Form, formOf, html, type Markup } from './page.ts'
import type { PasskeyView } from './people-view.ts'

/** How somebody has signed in who came by a passkey: phishing-resistant (OpenID EAP ACR Values §4). */
export const byPasskey = { acr: 'phr', amr: ['pop', 'mfa'] }
export const byPassword = { acr: 'password', amr: ['pwd'] }

/** What our own sign-ins can be asked for (`acr_values`); what organisations say besides is theirs to tell. */
export const acrsOf = ({ isPossible }: Pick<PasskeyView, 'isPossible'>): readonly string[] =>
  isPossible ? [byPassword.acr, byPasskey.acr] : [byPassword.acr]

export const scriptAddress = (origin: string, plane: PlaneId): string =>
  `${origin}/oauth/${plane}/passkey.js`

/** What an authenticator is asked, as JSON (Web Authentication §5.1.8, §5.1.9), and its challenge. */
export interface Asked {
  readonly options: string
  readonly challenge: string
}

/**
 * Asks for passkeys and takes their answers. `to` is the browser and the question, which a challenge
 * belongs to. Each authenticator has to verify its person, and keeps the passkey itself, so that nobody
 * types a name.
 */
export const createPasskeyAsking = (parts: {
  origin: string
  passkeys: PasskeyView
  challenges: Challenges
}) => {
  const { origin, passkeys, challenges } = parts
  return {
    /** Undefined where nobody has one. */
    async offer(to: string): Promise<Asked | undefined> {
      if (!(await passkeys.offered())) return undefined
      const challenge = challenges.make(to)
      const options = {
        ...{ challenge, rpId: new URL(origin).hostname, timeout: authenticatorMs },
        ...{ userVerification: 'required', allowCredentials: [] },
      }
      return { options: JSON.stringify(options), challenge }
    },
    check: (fields: Fields, to: string, address: string) =>
      passkeys.check({ ...answerIn(fields), address, spend: () => spend(fields, to) }),

    async offerToMake(person: string, handle: string, to: string): Promise<Asked> {
      const challenge = challenges.make(to)
      const options = {
        ...(await passkeys.beginning(person, handle)),
        ...{ challenge, timeout: authenticatorMs, attestation: 'none' },
        // ES256, Ed25519, RS256: whatever authenticators make.
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: {
          ...{ residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        },
      }
      return { options: JSON.stringify(options), challenge }
    },
    async make(
      fields: Fields,
      to: string,
      about: { person: string; handle: string; label: string },
    ): Promise<'added' | 'refused' | 'too many'> {
      if (!(await spend(fields, to))) return 'refused'
      return passkeys.add({ ...about, ...answerIn(fields), by: `person:${about.person}` })
    },
  }

  function spend(fields: Fields, to: string): Promise<boolean> {
    return challenges.spend(fields.get('challenge') ?? '', to)
  }
}

type Fields = ReadonlyMap<string, string>

const answerIn = (fields: Fields) => ({
  answer: fields.get('answer') ?? '',
  challenge: fields.get('challenge') ?? '',
})

export const notProven =
  'This passkey did not prove who you are here, or the page had stood for too long. Try again, or sign in another way.'

/** Hidden until the script has found that this browser has passkeys. `now`: whoever opens it has just asked for this. */
export const passkeyForm = (
  form: Form,
  how: 'get' | 'get now' | 'make',
  { options, challenge }: Asked,
  inner: Markup,
): Markup =>
  formOf(
    form,
    html`<p class="warn" role="alert" hidden></p>
<input type="hidden" name="challenge" value="${challenge}">
<input type="hidden" name="answer" value="" autocomplete="off">
${inner}`,
    attributesOf(how, options),
  )

const attributesOf = (how: 'get' | 'get now' | 'make', options: string): Markup => {
  if (how === 'make') return html` hidden data-make="${options}"`
  return html` hidden data-get="${options}"${how === 'get now' ? html` data-now` : undefined}`
}

export const signInByPasskey = (form: Form, asked: Asked, isNow = false): Markup =>
  passkeyForm(
    form,
    isNow ? 'get now' : 'get',
    asked,
    html`<div class="row"><button name="do" value="passkey">Sign in with a passkey</button></div>
<p class="or">or with a password</p>`,
  )
