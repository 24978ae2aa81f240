import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What a page asks, as its JSON has it; both ceremonies in one. */
export interface Options {
  readonly challenge: string
  readonly rpId?: string
  readonly rp?: { readonly id: string }
  readonly user?: { readonly id: string }
}

/** What a hostile browser or authenticator would say instead. */
export interface Lies {
  readonly type?: string
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly isFramed?: boolean
  readonly isPresent?: boolean
  readonly isVerified?: boolean
  readonly counter?: number
  readonly handle?: string
  /** The credential that it says to be of. */
  readonly id?: string
  readonly algorithm?: number
}

export interface Credential {
  readonly id: string
  readonly handle: string
  readonly key: KeyObject
  counter: number
}

/**
 * An authenticator in a browser (Web Authentication §6), in software: ES256, attestation `none`. It makes
 * credentials that it keeps, and signs for the last of them.
 */
export const createAuthenticator = (origin: string, { counts = true } = {}) => {
  const credentials: Credential[] = []

  const clientData = (type: string, { challenge }: Options, lies: Lies): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: lies.isFramed ?? false,
      }),
    )
  /** §6.1: hash of the RP ID, flags, count, and what was made. */
  const authenticatorData = (rpId: string, counter: number, lies: Lies, made?: Buffer): Buffer => {
    const flags =
      (lies.isPresent === false ? 0 : 0x01) |
      (lies.isVerified === false ? 0 : 0x04) |
      (made ? 0x40 : 0)
    const tail = Buffer.alloc(5)
    tail.writeUInt8(flags)
    tail.writeUInt32BE(lies.counter ?? counter, 1)
    return Buffer.concat([sha256(lies.rpId ?? rpId), tail, made ?? Buffer.alloc(0)])
  }

  return {
    credentials,
    /** §7.1's answer: `toJSON()` of what `create` gives. */
    make(options: Options, lies: Lies = {}): string {
      const { publicKey, privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const id = lies.id === undefined ? randomBytes(32) : Buffer.from(lies.id, 'base64url')
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
      const cose = cbor(
        new Map<number, number | Buffer>([
          [1, 2],
          [3, lies.algorithm ?? -7],
          [-1, 1],
          [-2, Buffer.from(x, 'base64url')],
          [-3, Buffer.from(y, 'base64url')],
        ]),
      )
      const length = Buffer.alloc(2)
      length.writeUInt16BE(id.length)
      const made = Buffer.concat([Buffer.alloc(16), length, id, cose])
      const one = { id: base64url(id), handle: options.user?.id ?? '', key, counter: 0 }
      credentials.push(one)
      const authData = authenticatorData(options.rp?.id ?? '', one.counter, lies, made)
      const attestationObject = cbor(
        new Map<string, Cbor>([
          ['fmt', 'none'],
          ['attStmt', new Map<string, Cbor>()],
          ['authData', authData],
        ]),
      )
      return answer(one.id, {
        clientDataJSON: base64url(clientData('webauthn.create', options, lies)),
        attestationObject: base64url(attestationObject),
        transports: ['internal'],
      })
    },
    /** §7.2's answer, by the last credential or the one given. */
    get(options: Options, lies: Lies = {}, by = credentials.at(-1)): string {
      if (!by) throw new Error('nothing was made yet')
      if (counts && lies.counter === undefined) by.counter += 1
      const data = authenticatorData(options.rpId ?? '', by.counter, lies)
      const said = clientData('webauthn.get', options, lies)
      const signature = sign('sha256', Buffer.concat([data, sha256(said)]), by.key)
      return answer(lies.id ?? by.id, {
        clientDataJSON: base64url(said),
        authenticatorData: base64url(data),
        signature: base64url(signature),
        userHandle: lies.handle ?? by.handle,
      })
    },
  }
}
export type Authenticator = ReturnType<typeof createAuthenticator>

const answer = (id: string, response: object): string =>
  JSON.stringify({
    ...{ id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform' },
    ...{ clientExtensionResults: {}, response },
  })

const sha256 = (what: string | Buffer): Buffer => createHash('sha256').update(what).digest()
const base64url = (bytes: Buffer): string => bytes.toString('base64url')

type Cbor = number | string | Buffer | ReadonlyMap<number | string, Cbor>

/** RFC 8949 §3, as far as authenticators write it (CTAP2 canonical form). */
const cbor = (value: Cbor): Buffer => {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  const pairs = [...value].map(([name, one]) => Buffer.concat([cbor(name), cbor(one)]))
  return Buffer.concat([head(5, value.size), ...pairs])
}

const head = (major: number, count: number): Buffer => {
  if (count < 24) return Buffer.from([(major << 5) | count])
  if (count < 256) return Buffer.from([(major << 5) | 24, count])
  return Buffer.from([(major << 5) | 25, count >> 8, count & 255])
}
