import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { createEgress, type EgressProblem, type EgressRequest } from '#lib/egress/egress.ts'

const request: EgressRequest = {
  method: 'POST',
  path: '/mcp',
  headers: ['content-type', 'application/json'],
  body: Buffer.from('{}'),
  silenceMs: 20_000,
  endMs: 20_000,
  isStream: false,
}
const answer = (body: string, more = '') =>
  `HTTP/1.1 200 OK\r\n${more}content-length: ${body.length}\r\n\r\n${body}`

/** A peer that writes bytes: hears each request (a head and its body) with its connection. */
async function peer(heard: (socket: Socket, text: string, connection: number) => void) {
  let connections = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const number = ++connections
    sockets.add(socket)
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!text.endsWith('\r\n\r\n{}')) return
      heard(socket, text, number)
      text = ''
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const egress = createEgress({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock: systemClock,
  })
  after(async () => {
    await egress.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const call = (about: Partial<EgressRequest> = {}) =>
    new Promise<{ body: string; problem: EgressProblem | undefined; detail: string }>((resolve) => {
      let body = ''
      egress.send(
        { ...request, ...about },
        {
          head: () => 1_000_000,
          data(chunk) {
            body += chunk.toString('latin1')
            return true
          },
          end: () => resolve({ body, problem: undefined, detail: '' }),
          fail: (problem, detail) => resolve({ body, problem, detail }),
        },
      )
    })
  return { call, egress, connections: () => connections }
}

describe('a connection', () => {
  test('is kept for the next call, and used by one call at a time', async () => {
    const { call, connections } = await peer((socket, _, number) =>
      socket.write(answer(`${number}`)),
    )
    assert.equal((await call()).body, '1')
    assert.equal((await call()).body, '1')
    const both = await Promise.all([call(), call()])
    assert.deepEqual(both.map(({ body }) => body).sort(), ['1', '2'])
    assert.equal(connections(), 2)
  })

  test('is not kept where the server says so, or speaks HTTP/1.0', async () => {
    const says = ['connection: close\r\n', '']
    const { call, connections } = await peer((socket) => {
      const more = says.shift()
      if (more === undefined) socket.end('HTTP/1.0 200 OK\r\n\r\nlast')
      else socket.write(answer('x', more))
    })
    for (const expected of ['x', 'x', 'last']) assert.equal((await call()).body, expected)
    assert.equal(connections(), 2)
  })

  test('says who is asked, and how long the request is', async () => {
    let text = ''
    const { call, egress } = await peer((socket, heard) => {
      text = heard
      socket.write(answer('x'))
    })
    await call()
    const host = egress.origin.slice('http://'.length)
    assert.equal(
      text,
      `POST /mcp HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`,
    )
  })
})

// Whoever can write a byte behind an answer would write the next caller's.
describe('attack: bytes that no request asked for', () => {
  test('behind an answer reach nobody, and end the connection', async () => {
    const { call, connections } = await peer((socket, _, number) =>
      socket.write(answer(`${number}`) + answer('forged')),
    )
    assert.equal((await call()).body, '1')
    assert.equal((await call()).body, '2')
    assert.equal(connections(), 2)
  })

  test('on a connection at rest reach nobody, and end it', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const { call, connections } = await peer((socket, _, number) => {
      socket.write(answer(`${number}`))
      if (number > 1) return
      socket.once('close', () => resolve())
      setImmediate(() => socket.write(answer('forged')))
    })
    assert.equal((await call()).body, '1')
    await ended
    assert.equal((await call()).body, '2')
    assert.equal(connections(), 2)
  })

  test('before a request was sent whole: what remains of it is never taken for another', async () => {
    let arrived = 0
    const server = createServer((socket) => {
      arrived++
      socket.on('error', () => {})
      socket.once('data', () => socket.write(answer('early')))
      // Nothing more is read: the request cannot be sent whole.
      socket.once('data', () => socket.pause())
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const egress = createEgress({ origin: `http://127.0.0.1:${port}`, clock: systemClock })
    after(() => egress.close().then(() => server.close()))
    const call = () =>
      new Promise<void>((resolve, reject) =>
        egress.send(
          { ...request, body: Buffer.alloc(32 * 1024 * 1024) },
          {
            head: () => 100,
            data: () => true,
            end: resolve,
            fail: (_, why) => reject(new Error(why)),
          },
        ),
      )
    await call()
    await call()
    assert.equal(arrived, 2)
  })

  test('of a request: a field of ours in the headers is refused', async () => {
    const { call } = await peer(() => assert.fail('nothing is sent'))
    for (const name of ['Content-Length', 'Transfer-Encoding', 'Host', 'Connection', 'Expect'])
      assert.equal((await call({ headers: [name, 'x'] })).problem, 'unreachable')
    assert.equal((await call({ path: '/a b' })).problem, 'unreachable')
    assert.equal((await call({ path: '/a\r\nx: y' })).problem, 'unreachable')
  })
})

test('a call on a connection that its server closes fails, and is not sent twice', async () => {
  let requests = 0
  const { call } = await peer((socket) => {
    requests++
    if (requests === 1) socket.write(answer('x'))
    else socket.destroy()
  })
  await call()
  const { problem, detail } = await call()
  assert.equal(problem, 'unreachable')
  assert.equal(detail, 'could not be reached: the connection was closed by the other side')
  assert.equal(requests, 2)
})
