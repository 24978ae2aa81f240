import { X509Certificate } from 'node:crypto'
import { type BlockList, isIPv6, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { HttpRequest } from '#lib/ingress/exchange.ts'
import { createVerifiedTokens } from '../verified.ts'
import { sha256 } from './jwk.ts'

/**
 * The certificate of whoever sent a request, proven by its connection, as `x5t#S256` (RFC 8705 §3.1);
 * undefined where it has none. Who signed it is not asked: a token names one certificate, not a name.
 */
export type CertificateOf = (request: Pick<HttpRequest, 'socket' | 'headers'>) => string | undefined

/** Where client certificates come from; nowhere unless the operator says so. */
export const certificateSources = ['tls', 'proxy'] as const
export type CertificateSource = (typeof certificateSources)[number]

export const noCertificates: CertificateOf = () => undefined

export const createCertificateOf = (
  source: CertificateSource | undefined,
  trusted: BlockList | undefined,
): CertificateOf => {
  if (source === 'tls') return createFromTls()
  return source === 'proxy' && trusted ? fromProxy(trusted) : noCertificates
}

/** The handshake has proven its key. Looked at once for each connection. */
const createFromTls = (): CertificateOf => {
  const known = new WeakMap<Socket, string | undefined>()
  return ({ socket }) => {
    if (known.has(socket)) return known.get(socket)
    const raw = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined
    const thumbprint = raw && sha256(raw)
    known.set(socket, thumbprint)
    return thumbprint
  }
}

/**
 * RFC 9440 §2.2: what a proxy that ended TLS says of the other side's certificate. From any other
 * address it is what anybody may write, and is not read. What is one is looked at once.
 */
const fromProxy = (trusted: BlockList): CertificateOf => {
  const known = createVerifiedTokens<string>(mostKnown)
  return ({ socket, headers }) => {
    const said = headers['client-cert']
    if (typeof said !== 'string' || !isFrom(trusted, socket)) return undefined
    const before = known.find(said)
    if (before !== undefined) return before
    const [, text] = /^:([A-Za-z0-9+/]{1,16384}={0,2}):$/.exec(said) ?? []
    const bytes = text === undefined ? undefined : Buffer.from(text, 'base64')
    if (!bytes || !isCertificate(bytes)) return undefined
    const thumbprint = sha256(bytes)
    known.put(said, thumbprint)
    return thumbprint
  }
}

/** Fields of some kilobytes each. */
const mostKnown = 2000

const isFrom = (trusted: BlockList, { remoteAddress = '' }: Socket): boolean =>
  trusted.check(remoteAddress, isIPv6(remoteAddress) ? 'ipv6' : 'ipv4')

/** One certificate and nothing behind it. */
const isCertificate = (bytes: Buffer): boolean => {
  try {
    return new X509Certificate(bytes).raw.equals(bytes)
  } catch {
    return false
  }
}
