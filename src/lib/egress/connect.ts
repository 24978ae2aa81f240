import { lookup as resolve } from 'node:dns'
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock } from '../clock.ts'
import { isLinkLocal } from './link-local.ts'

export class LinkLocalError extends Error {
  readonly code = 'LINK_LOCAL'
  constructor(address: string) {
    super(`${address} is a link-local address, which nothing is sent to`)
    this.name = 'LinkLocalError'
  }
}

/** Opens a connection to the one origin; `opened` or `failed` is called once, later. */
export type Connect = (opened: (socket: Socket) => void, failed: (error: Error) => void) => void

export function createConnect(options: {
  origin: URL
  clock: Clock
  timeoutMs: number
  lookup?: LookupFunction | undefined
}): Connect {
  const { origin, clock, timeoutMs } = options
  const host = origin.hostname.replace(/^\[|\]$/g, '')
  const isSecure = origin.protocol === 'https:'
  const port = Number(origin.port) || (isSecure ? 443 : 80)
  const lookup = guarded(options.lookup ?? systemLookup)
  // RFC 8446 §2.2: a session that was seen before makes the next handshake shorter.
  let session: Buffer | undefined
  const to = { host, port, lookup, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }
  // RFC 6066 §3: no name to be served by where there is only an address.
  const servername = isIP(host) ? '' : host

  const open = (): Socket => {
    if (!isSecure) return connectTcp(to)
    const secure = connectTls({
      ...to,
      servername,
      ALPNProtocols: ['http/1.1'],
      ...(session && { session }),
    })
    secure.on('session', (one) => {
      session = one
    })
    return secure
  }

  return (opened, failed) => {
    // An address instead of a name is never looked up.
    if (isIP(host) && isLinkLocal(host)) {
      queueMicrotask(() => failed(new LinkLocalError(host)))
      return
    }
    const socket = open()
    const stopTimer = clock.after(timeoutMs, () => socket.destroy(new ConnectTimeoutError()))
    const settle = () => {
      stopTimer()
      socket.off('error', onError).off('close', onClose)
    }
    const onError = (error: Error) => {
      settle()
      socket.on('error', () => {})
      socket.destroy()
      failed(error)
    }
    const onClose = () => onError(new Error('closed'))
    socket.on('error', onError).on('close', onClose)
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      settle()
      opened(socket)
    })
  }
}

class ConnectTimeoutError extends Error {
  readonly code = 'ETIMEDOUT'
}

const systemLookup: LookupFunction = (name, options, callback) => resolve(name, options, callback)

/** Refuses a name if any of its addresses is link-local: whoever controls the name must not get to choose. */
function guarded(lookup: LookupFunction): LookupFunction {
  return (name, options, callback) =>
    lookup(name, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : []
      const bad = addresses.find((one) => isLinkLocal(one.address))
      const first = addresses[0]
      if (error) callback(error, '')
      else if (bad) callback(new LinkLocalError(bad.address), '')
      else if (options.all === true) callback(null, addresses)
      else if (first) callback(null, first.address, first.family)
      else callback(new Error('the name has no address'), '')
    })
}
