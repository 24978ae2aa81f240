import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'

/**
 * Signed notes (C2SP signed-note) by Ed25519, in two types: 0x01 over the text, and 0x04, which signs
 * the time as well (C2SP tlog-cosignature). What stands in a note is nobody's word before `verifyNote`.
 */
export const noteTypes = { plain: 0x01, timed: 0x04 } as const
export type NoteType = (typeof noteTypes)[keyof typeof noteTypes]

export interface NoteKey {
  /** No white space and no plus. */
  readonly name: string
  readonly type: NoteType
  /** The 32 bytes of RFC 8032. */
  readonly publicKey: Uint8Array
  /** Eight hex digits, of name, type and public key. */
  readonly id: string
}

export interface NoteSigner {
  readonly key: NoteKey
  readonly privateKey: KeyObject
}

export interface SignedNote {
  /** Ends with a newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  readonly id: string
  /** What follows the key id; of type 0x04 the time's eight bytes first. */
  readonly bytes: Uint8Array
}

/** Of one line of a note; `seconds` since 1970 where the type signs them. */
export interface VerifiedSignature {
  readonly key: NoteKey
  readonly seconds: number | undefined
}

export const noteLimitBytes = 64 * 1024
const mostSignatures = 64
const signatureBytes = 64
const timeBytes = 8

export const createNoteKey = (name: string, type: NoteType, publicKey: Uint8Array): NoteKey => {
  if (!isKeyName(name)) throw new RangeError(`${name} is no name of a key`)
  if (publicKey.length !== 32) throw new RangeError('a public key of Ed25519 has 32 bytes')
  const named = Buffer.concat([Buffer.from(`${name}\n`), Uint8Array.of(type), publicKey])
  const digest = hash('sha256', named, 'hex')
  return { name, type, publicKey, id: digest.slice(0, 8) }
}

/** The bytes of RFC 8032 of an Ed25519 key, public or private. */
export const rawPublicKey = (key: KeyObject): Uint8Array => {
  const { x = '' } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' })
  return Buffer.from(x, 'base64url')
}

/** `NAME+KEYID+BASE64(type ‖ public key)`. */
export const verifierKeyText = ({ name, id, type, publicKey }: NoteKey): string =>
  `${name}+${id}+${Buffer.concat([Uint8Array.of(type), publicKey]).toString('base64')}`

/** Undefined where it is not written in that form, is of another type, or the id is not that key's. */
export const parseVerifierKey = (written: string): NoteKey | undefined => {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(written) ?? []
  const bytes = encoded === undefined ? undefined : fromBase64(encoded)
  if (name === undefined || bytes === undefined || bytes.length !== 33) return undefined
  const type = bytes[0]
  if (!isKeyName(name) || (type !== noteTypes.plain && type !== noteTypes.timed)) return undefined
  const key = createNoteKey(name, type, bytes.subarray(1))
  return key.id === id ? key : undefined
}

/**
 * The text with a signature line of each signer, in their order; `seconds` is what a key of type 0x04
 * signs along. RangeError where the text cannot be a note's.
 */
export const signNote = (text: string, signers: readonly NoteSigner[], seconds: number): string => {
  if (!isNoteText(text)) throw new RangeError('no text of a note')
  const lines = signers.map(({ key, privateKey }) => {
    const signature = sign(null, signedBytes(text, key.type, seconds), privateKey)
    const time = key.type === noteTypes.timed ? timeOf(seconds) : Buffer.alloc(0)
    const blob = Buffer.concat([Buffer.from(key.id, 'hex'), time, signature])
    return `— ${key.name} ${blob.toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

/**
 * Reads a note as its bytes must be written: UTF-8, no control characters, base64 in the one spelling
 * it has. Gives the first problem otherwise.
 */
export const parseNote = (bytes: Uint8Array): SignedNote | { readonly problem: string } => {
  if (bytes.length > noteLimitBytes) return { problem: `larger than ${noteLimitBytes} bytes` }
  const whole = decoded(bytes)
  if (whole === undefined) return { problem: 'not UTF-8' }
  const end = whole.lastIndexOf('\n\n')
  if (end < 0 || !whole.endsWith('\n')) return { problem: 'no signatures behind an empty line' }
  const text = whole.slice(0, end + 1)
  if (!isNoteText(text)) return { problem: 'control characters in the text' }
  const lines = whole.slice(end + 2, -1).split('\n')
  if (lines.length > mostSignatures) return { problem: `more than ${mostSignatures} signatures` }
  const signatures: NoteSignature[] = []
  for (const [at, line] of lines.entries()) {
    const signature = parseSignature(line)
    if (signature === undefined) return { problem: `signature ${at + 1} is not written as one` }
    signatures.push(signature)
  }
  return { text, signatures }
}

const parseSignature = (line: string): NoteSignature | undefined => {
  const [, name, encoded] = /^— (\S+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? []
  const blob = encoded === undefined ? undefined : fromBase64(encoded)
  if (name === undefined || blob === undefined || !isKeyName(name) || blob.length < 5)
    return undefined
  return { name, id: blob.subarray(0, 4).toString('hex'), bytes: blob.subarray(4) }
}

/**
 * The signatures by these keys. Lines of other keys are passed over, as the specification demands; a
 * line of one of these that does not verify makes the whole note bad, and so does a second of one.
 */
export const verifyNote = (
  { text, signatures }: SignedNote,
  keys: readonly NoteKey[],
): readonly VerifiedSignature[] | { readonly problem: string } => {
  const verified: VerifiedSignature[] = []
  for (const signature of signatures) {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id)
    if (key === undefined) continue
    if (verified.some((one) => one.key === key)) return { problem: `signed twice by ${key.id}` }
    const seconds = verifiedTime(text, key, signature.bytes)
    if (seconds === false) return { problem: `the signature of ${key.id} does not verify` }
    verified.push({ key, seconds })
  }
  return verified.length > 0 ? verified : { problem: 'signed by no key that is known' }
}

/** False where it does not verify; undefined where the type signs no time. */
const verifiedTime = (
  text: string,
  key: NoteKey,
  bytes: Uint8Array,
): number | undefined | false => {
  const timed = key.type === noteTypes.timed
  const before = timed ? timeBytes : 0
  if (bytes.length !== before + signatureBytes) return false
  const seconds = timed ? Number(Buffer.from(bytes).readBigUInt64BE()) : 0
  if (!Number.isSafeInteger(seconds)) return false
  const signed = signedBytes(text, key.type, seconds)
  if (!verify(null, signed, publicKeyOf(key), bytes.subarray(before))) return false
  return timed ? seconds : undefined
}

/** C2SP tlog-cosignature, "Ed25519 signed message". */
const signedBytes = (text: string, type: NoteType, seconds: number): Buffer =>
  Buffer.from(type === noteTypes.timed ? `cosignature/v1\ntime ${seconds}\n${text}` : text)

const timeOf = (seconds: number): Buffer => {
  const bytes = Buffer.alloc(timeBytes)
  bytes.writeBigUInt64BE(BigInt(seconds))
  return bytes
}

const publicKeyOf = ({ publicKey }: NoteKey): KeyObject =>
  createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
  })

/** Standard base64 with its padding, in the one spelling that these bytes have; undefined for another. */
export const fromBase64 = (written: string): Buffer | undefined => {
  const bytes = Buffer.from(written, 'base64')
  return bytes.toString('base64') === written ? bytes : undefined
}

const isKeyName = (name: string): boolean => name !== '' && !/[\s+\p{Z}\p{Cc}]/u.test(name)

const isNoteText = (text: string): boolean =>
  text.endsWith('\n') && text.isWellFormed() && !/(?!\n)\p{Cc}/u.test(text)

const decoded = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
