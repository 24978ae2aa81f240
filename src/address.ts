import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import {
  type CertificateOf,
  type CertificateSource,
  createCertificateOf,
} from '#identity/proof/certificates.ts'
import { Fault } from '#lib/fault.ts'

/** Where an installation listens and by which name it is known: from what the operator wrote, checked. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined
  readonly trusted: BlockList | undefined
  /** Configured, or undefined: then it is the address that was bound. */
  readonly origin: string | undefined
}

export interface Written {
  readonly listen: string
  readonly origin?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly trustProxy?: string
}

/** Beyond loopback it serves only with TLS or behind a proxy that is trusted to have done it. Throws Fault('bad_configuration'). */
export const readAddress = (written: Written): Address => {
  const { host, port } = readListen(written.listen)
  const tls = readTls(written.tlsCert, written.tlsKey)
  const trusted = written.trustProxy === undefined ? undefined : readCidr(written.trustProxy)
  if (!isLoopback(host) && !tls && !trusted)
    throw wrong(
      `${host} is reachable from other machines, and tokens would travel in the clear.`,
      'Give --tls-cert and --tls-key, or --trust-proxy with the addresses of a proxy that terminates TLS.',
    )
  return {
    host,
    port,
    tls,
    trusted,
    origin: written.origin === undefined ? undefined : readOrigin(written.origin),
  }
}

export const boundOrigin = ({ host, tls }: Address, port: number): string =>
  `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`

/** Host values that name this origin; on loopback under each of its names. */
export const hostsOf = (origin: string, address: Address, port: number): string[] => {
  const hosts = [new URL(origin).host]
  if (isLoopback(address.host))
    hosts.push(`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`)
  return hosts
}

/** Certificates of callers, from where the configuration says and the command line makes it possible. */
export const certificatesAt = (
  { tls, trusted }: Address,
  source: CertificateSource | undefined,
): CertificateOf => {
  if (source === 'tls' && !tls)
    throw wrong(
      'clientCertificates is tls, and TLS does not end here.',
      'Give --tls-cert and --tls-key.',
    )
  // Behind a proxy the connection's certificate is the proxy's, and one for all of its callers.
  if (source === 'tls' && trusted)
    throw wrong(
      'clientCertificates is tls, and a proxy is trusted to end TLS.',
      'Write clientCertificates: proxy, and let the proxy set Client-Cert.',
    )
  if (source === 'proxy' && !trusted)
    throw wrong(
      'clientCertificates is proxy, and no proxy is trusted.',
      'Give --trust-proxy with the addresses of the proxy that sets Client-Cert.',
    )
  return createCertificateOf(source, trusted)
}

const readListen = (listen: string): { host: string; port: number } => {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):([0-9]{1,5})$/.exec(listen)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  if (host === undefined || port > 65_535)
    throw wrong(`--listen ${listen} is not HOST:PORT.`, 'Write it as 127.0.0.1:4680 or [::1]:4680.')
  return { host, port }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

const readTls = (cert: string | undefined, key: string | undefined) => {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined)
    throw wrong('--tls-cert and --tls-key go together.', 'Give both.')
  try {
    return { cert: readFileSync(cert), key: readFileSync(key) }
  } catch (cause) {
    throw new Fault('bad_configuration', {
      detail: 'The TLS certificate or its key cannot be read.',
      cause,
    })
  }
}

const readCidr = (written: string): BlockList => {
  const list = new BlockList()
  for (const range of written.split(',')) {
    const [address = '', bits] = range.trim().split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    const length = bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits)
    if (
      isIP(address) === 0 ||
      !Number.isInteger(length) ||
      length < 1 ||
      length > (family === 'ipv6' ? 128 : 32)
    )
      throw wrong(
        `--trust-proxy ${written} is not a list of addresses or CIDR ranges.`,
        'Write it as 10.0.0.7 or 10.0.0.0/24.',
      )
    list.addSubnet(address, length, family)
  }
  return list
}

const readOrigin = (written: string): string => {
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.origin !== written)
    throw wrong(
      `--origin ${written} is not an origin.`,
      'Write scheme, host and port without a path, as https://gateway.example.',
    )
  return written
}

const wrong = (detail: string, fix: string): Fault =>
  new Fault('bad_configuration', { detail, fix })
