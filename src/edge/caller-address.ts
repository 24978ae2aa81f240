import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/**
 * Where a request comes from, for limits. Behind a proxy that is trusted (and nobody else can connect
 * then) it is what that proxy added last to X-Forwarded-For: what stands before it, anybody may write.
 */
export const callerAddress = (request: IncomingMessage, isBehindProxy: boolean): string => {
  const connected = request.socket.remoteAddress ?? ''
  if (!isBehindProxy) return connected
  const told = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim()
  return told !== undefined && isIP(told) !== 0 ? told : connected
}
