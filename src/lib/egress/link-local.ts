import { isIPv4, isIPv6 } from 'node:net'

/**
 * Whether an IP address belongs to the machine's own link, where clouds serve their metadata and
 * with it credentials: 169.254.0.0/16 (RFC 3927), fe80::/10 (RFC 4291 §2.5.6), the two metadata
 * addresses that lie elsewhere, and every IPv6 spelling that carries such an IPv4 address inside.
 * Other private addresses are not its business. What is not an IP address is no such address.
 */
export function isLinkLocal(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  if (isIPv4(plain)) return isLinkLocal4(plain.split('.').map(Number))
  if (!isIPv6(plain)) return false
  const bytes = bytesOf(plain)
  if (bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80) return true
  if (startsWith(bytes, AWS_METADATA)) return true
  return carried(bytes).some(isLinkLocal4)
}

/** fd00:ec2::254, the instance metadata of Amazon over IPv6. */
const AWS_METADATA = [0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54]

function isLinkLocal4(bytes: readonly number[]): boolean {
  const [a, b, c, d] = bytes
  if (a === 169 && b === 254) return true
  // The metadata of Alibaba Cloud and the host channel of Azure, outside of the link-local range.
  return (
    (a === 100 && b === 100 && c === 100 && d === 200) ||
    (a === 168 && b === 63 && c === 129 && d === 16)
  )
}

/** The IPv4 addresses that an IPv6 address may stand for on its way out of this machine. */
function carried(bytes: readonly number[]): number[][] {
  const last = bytes.slice(12)
  if (LAST_FOUR.some((prefix) => startsWith(bytes, prefix))) return [last]
  // RFC 8215: an operator's own translator under 64:ff9b:1::/48, with either placing of RFC 6052 §2.2.
  if (startsWith(bytes, [0, 0x64, 0xff, 0x9b, 0, 1])) {
    return [last, [...bytes.slice(6, 8), ...bytes.slice(9, 11)]]
  }
  // 6to4, RFC 3056 §2; Teredo, RFC 4380 §4 (the client's address with its bits turned over).
  if (startsWith(bytes, [0x20, 0x02])) return [bytes.slice(2, 6)]
  if (startsWith(bytes, [0x20, 0x01, 0, 0])) return [last.map((byte) => byte ^ 0xff)]
  return []
}

const ZEROS = [0, 0, 0, 0, 0, 0, 0, 0]
const LAST_FOUR = [
  // Mapped and the deprecated compatible ones (RFC 4291 §2.5.5), translated (RFC 2765 §2.1), NAT64 (RFC 6052 §2.1).
  [...ZEROS, 0, 0, 0xff, 0xff],
  [...ZEROS, 0, 0, 0, 0],
  [...ZEROS, 0xff, 0xff, 0, 0],
  [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0],
]

function startsWith(bytes: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte)
}

/** The sixteen bytes of a valid IPv6 address. */
function bytesOf(address: string): number[] {
  const [left = '', right] = address.split('::')
  const head = groups(left)
  if (right === undefined) return head
  const tail = groups(right)
  return [...head, ...Array<number>(16 - head.length - tail.length).fill(0), ...tail]
}

function groups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
