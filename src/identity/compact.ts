import { type KeyObject, sign } from 'node:crypto'
import { verifyEcdsa } from '#lib/ecdsa.ts'
import { JsonError, type JsonLimits, type JsonValue, readJson } from '#lib/json.ts'

/**
 * Compact JWS with ES256 (RFC 7515 §7.1, RFC 7518 §3.4), the only form and the only algorithm of our
 * own tokens. Signatures carry the lower of the two values of s that verify, and no other is taken:
 * together with canonical base64url that leaves one text per token, which caches by text rely on.
 */
export interface CompactParts {
  readonly header: Buffer
  readonly payload: Buffer
  readonly signature: Buffer
  /** What was signed: header and payload as they stood. */
  readonly signed: string
}

const longestToken = 8192
const shape = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** The three parts of a token, or why it has none that every reader would read alike. */
export function splitCompact(token: string): CompactParts | 'too long' | 'malformed' {
  if (token.length > longestToken) return 'too long'
  if (!shape.test(token)) return 'malformed'
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  const header = decode(token.slice(0, first))
  const payload = decode(token.slice(first + 1, second))
  const signature = decode(token.slice(second + 1))
  if (!header || !payload || !signature) return 'malformed'
  return { header, payload, signature, signed: token.slice(0, second) }
}

/** Node's decoder overlooks unused bits and odd lengths, so what it read is written again and compared. */
function decode(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}

const jsonLimits: JsonLimits = { depth: 8, nodes: 128 }

/** What header or payload say; null, which no check lets pass, where it is not JSON that every reader reads alike. */
export function readPart(bytes: Buffer): JsonValue {
  try {
    return readJson(bytes, jsonLimits).value
  } catch (error) {
    if (error instanceof JsonError) return null
    throw error
  }
}

export function signCompact(key: KeyObject, header: object, payload: object): string {
  const signed = `${encode(header)}.${encode(payload)}`
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${lowered(signature).toString('base64url')}`
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

export function verifyCompact(key: KeyObject, { signed, signature }: CompactParts): boolean {
  if (signature.length !== 64 || isHigh(signature)) return false
  return verifyEcdsa('sha256', Buffer.from(signed), key, signature)
}

/** Order of the group of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3): (r, s) and (r, order − s) both verify. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const halfOrder = bytesOf(order / 2n)

const isHigh = (signature: Buffer): boolean => signature.compare(halfOrder, 0, 32, 32, 64) > 0

function lowered(signature: Buffer): Buffer {
  if (!isHigh(signature)) return signature
  const s = BigInt(`0x${signature.toString('hex', 32)}`)
  return Buffer.concat([signature.subarray(0, 32), bytesOf(order - s)])
}

function bytesOf(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
}
