import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import { createListener, Edges, type PlainEdge } from '#edge/listen.ts'
import { silentLog as log } from '#lib/log.ts'
import { createTestClock } from '../store/clock.ts'

/** A listener with one edge, `/mcp/…`, that plain requests reach by the lane, or that has no lane at all. */
export const startListener = async (
  edge: PlainEdge,
  about: {
    lane?: boolean
    tls?: { cert: Buffer; key: Buffer }
    asksForCertificates?: boolean
    trusted?: Parameters<typeof createListener>[0]['trusted']
  } = {},
) => {
  const { lane = true, tls, ...more } = about
  const clock = createTestClock()
  const hosts = new Set(['a.example'])
  const edges = new Edges([['healthz', edge]])
  ;(lane ? edges.plain : edges).set('mcp', edge)
  const listener = createListener({
    edges,
    clock,
    tls,
    trusted: undefined,
    ...more,
    allowedHosts: () => hosts,
    log,
  })
  const port = await listener.listen('127.0.0.1', 0)
  return { port, clock, close: listener.close, isSecure: tls !== undefined }
}
export type Listening = Awaited<ReturnType<typeof startListener>>

/** A connection that writes bytes as they are, and keeps all that came. */
export const dial = async (
  { port, isSecure }: Pick<Listening, 'port' | 'isSecure'>,
  pair: object = {},
) => {
  const socket: Socket = isSecure
    ? connectSecure({ port, host: '127.0.0.1', rejectUnauthorized: false, ...pair })
    : connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const chunks: Buffer[] = []
  let isOver = false
  const waiting = new Set<() => void>()
  const tell = () => {
    for (const one of waiting) one()
  }
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    tell()
  })
  socket.on('error', () => {})
  for (const event of ['end', 'close'])
    socket.on(event, () => {
      isOver = true
      tell()
    })
  await once(socket, isSecure ? 'secureConnect' : 'connect')
  const text = () => Buffer.concat(chunks).toString('latin1')
  const until = (isThere: () => boolean): Promise<string> =>
    new Promise((resolve) => {
      const look = () => {
        if (!isThere()) return
        waiting.delete(look)
        resolve(text())
      }
      waiting.add(look)
      look()
    })
  return {
    socket,
    text,
    write: (bytes: string) => void socket.write(bytes, 'latin1'),
    /** All that has come once this stands in it; or once the connection is over. */
    until: (part: string | RegExp) => until(() => isOver || text().search(part) >= 0),
    over: () => until(() => isOver),
    forget: () => void chunks.splice(0),
    close: () => socket.destroy(),
  }
}

export const post = (body: string, ...fields: string[]): string => {
  const length = `Content-Length: ${Buffer.byteLength(body)}`
  return ['POST /mcp/ops HTTP/1.1', 'Host: a.example', ...fields, length, '', body].join('\r\n')
}
