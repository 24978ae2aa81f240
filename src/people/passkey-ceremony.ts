import { z } from 'zod'
import { JsonError, readJson } from '#lib/json.ts'
import type { PasskeyRow } from '#store/store.ts'

/** What an authenticator has made, once all that it says has held. */
export type Registered = Pick<PasskeyRow, 'credential' | 'publicKey' | 'counter'>

/** What an authenticator has signed: by which credential, and whose it says that is. */
export interface Asserted {
  readonly credential: string
  readonly handle: string
  /** The signature count that it says, where the signature holds for that key and challenge; else undefined. */
  verify(passkey: PasskeyRow, challenge: string): Promise<number | undefined>
}

/**
 * Web Authentication (Level 3) §7.1 and §7.2, for one origin. The library reads CBOR and COSE and checks
 * type, challenge, origin, RP ID, user presence and user verification, and the signature; attestation is
 * not asked for. What an answer may look like is ours to say, and that it comes from no frame. Importing
 * the library takes a quarter of a second, so it is imported at the first answer.
 */
export const createCeremony = (origin: string) => {
  const expected = () => ({
    expectedOrigin: origin,
    expectedRPID: new URL(origin).hostname,
    requireUserVerification: true,
  })

  return {
    async registered(answer: string, expectedChallenge: string): Promise<Registered | undefined> {
      const response = readAs(registration, answer)
      if (!response || isFramed(response.response.clientDataJSON)) return undefined
      const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
      const about = { ...expected(), response, expectedChallenge }
      const { registrationInfo } = await verifyRegistrationResponse(about).catch(refused)
      // §5.4.7: what a browser lets through that was asked for none.
      if (!registrationInfo || !['none', 'packed'].includes(registrationInfo.fmt)) return undefined
      const { id: credential, publicKey, counter } = registrationInfo.credential
      return { credential, publicKey: Buffer.from(publicKey).toString('base64url'), counter }
    },

    asserted(answer: string): Asserted | undefined {
      const response = readAs(authentication, answer)
      if (!response || isFramed(response.response.clientDataJSON)) return undefined
      return {
        credential: response.id,
        handle: response.response.userHandle,
        async verify({ credential: id, publicKey }, expectedChallenge) {
          const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
          const key = new Uint8Array(Buffer.from(publicKey, 'base64url'))
          // Counters are compared by us, once the signature holds: only then do they say something.
          const credential = { id, publicKey: key, counter: 0 }
          const about = { ...expected(), response, expectedChallenge, credential }
          const done = await verifyAuthenticationResponse(about).catch(refused)
          return done.verified ? done.authenticationInfo?.newCounter : undefined
        },
      }
    },
  }
}

/** The library throws for whatever does not hold. */
const refused = (): {
  readonly verified: false
  readonly registrationInfo?: never
  readonly authenticationInfo?: never
} => ({ verified: false })

/** A few hundred bytes of an authenticator; a key of RSA makes it the longest. */
const longest = 4096
const base64url = z.string().regex(/^[A-Za-z0-9_-]{1,4096}$/)
const credentialId = z.string().regex(/^[A-Za-z0-9_-]{16,1400}$/)
const head = {
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  // What extensions say decides nothing: none is asked for.
  clientExtensionResults: z.unknown().transform(() => ({})),
}
/** Members that an answer has besides are left out (§5.1.8 lets browsers add some). */
const registration = z.object({
  ...head,
  response: z.object({ clientDataJSON: base64url, attestationObject: base64url }),
})
const authentication = z.object({
  ...head,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    // §7.2 step 6: there where nobody was named beforehand.
    userHandle: base64url,
  }),
})

const readAs = <T>(form: z.ZodType<T>, answer: string): T | undefined => {
  const value = readStrictly(Buffer.from(answer))
  const read = form.safeParse(value)
  return read.success ? read.data : undefined
}

/** Undefined for what two parsers could read differently, and for what is longer than any answer. */
const readStrictly = (bytes: Buffer): unknown => {
  if (bytes.length > longest) return undefined
  try {
    return readJson(bytes, { depth: 8, nodes: 128 }).value
  } catch (thrown) {
    if (thrown instanceof JsonError) return undefined
    throw thrown
  }
}

/** §7.2 step 14: nobody may put our pages into a frame, so no answer that was made in one is ours. */
const isFramed = (clientData: string): boolean => {
  const said = readStrictly(Buffer.from(clientData, 'base64url'))
  return (
    typeof said !== 'object' ||
    said === null ||
    ('crossOrigin' in said && said.crossOrigin !== false) ||
    'topOrigin' in said
  )
}
