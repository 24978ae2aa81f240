import { type KeyObject, verify } from 'node:crypto'

/**
 * Whether it is the key's signature of these bytes, r and s one behind the other as JOSE has it (RFC
 * 7518 §3.4). Node.js would take that form too, but reads the options it is named in for longer than
 * writing it as DER takes: a third of what verifying costs.
 */
export const verifyEcdsa = (
  digest: 'sha256' | 'sha384',
  bytes: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean => verify(digest, bytes, key, derOf(signature))

/** ECDSA-Sig-Value (RFC 3279 §2.2.3); of the curves here its length takes one byte. */
const derOf = (signature: Uint8Array): Uint8Array => {
  const half = signature.length / 2
  const r = integer(signature.subarray(0, half))
  const s = integer(signature.subarray(half))
  const der = Buffer.allocUnsafe(2 + r.length + s.length)
  der[0] = 0x30
  der[1] = r.length + s.length
  der.set(r, 2)
  der.set(s, 2 + r.length)
  return der
}

/** As short as it can be, and not negative (X.690 §8.3). */
const integer = (bytes: Uint8Array): Uint8Array => {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const digits = bytes.subarray(start)
  const isHigh = (digits[0] ?? 0) >= 0x80
  const written = Buffer.alloc((isHigh ? 3 : 2) + digits.length)
  written[0] = 0x02
  written[1] = digits.length + (isHigh ? 1 : 0)
  written.set(digits, written.length - digits.length)
  return written
}
