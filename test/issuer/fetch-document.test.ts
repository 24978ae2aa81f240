import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as listenPlainly } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setDefaultCACertificates } from 'node:tls'
import { createFetchDocument } from '#identity/sign-in/fetch-document.ts'
import { createTestClock } from '../identity/world.ts'
import { callerCertificate } from '../senders/caller-certificate.ts'
import { selfSigned } from '../upstream/self-signed.ts'

const listen = async (
  pair: { cert: string; key: string },
  serve: (request: IncomingMessage, response: ServerResponse) => void,
) => {
  const server = createServer(pair, serve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { origin: `https://localhost:${port}`, port, stop }
}

const json = { 'content-type': 'application/json' }

describe('The document of a program, over TLS', () => {
  const clock = createTestClock()
  const fetchDocument = createFetchDocument(clock)
  const seen: IncomingMessage[] = []
  let answer = (_: ServerResponse): void => {}
  let host: Awaited<ReturnType<typeof listen>>

  before(async () => {
    setDefaultCACertificates([selfSigned.cert])
    host = await listen(selfSigned, (request, response) => {
      seen.push(request)
      answer(response)
    })
  })
  after(() => host?.stop())

  const read = async (path = '/client.json') =>
    (await fetchDocument(new URL(host.origin + path)))?.toString()
  const nothingWhere = async (serve: typeof answer) => {
    answer = serve
    assert.equal(await read(), undefined)
  }

  test('is read as it stands there, with no cookie, credential or name of ours', async () => {
    answer = (response) => response.writeHead(200, json).end('{"a":1}')
    assert.equal(await read('/programs/client.json?v=2'), '{"a":1}')
    const [{ method, url, headers } = {} as IncomingMessage] = seen
    assert.deepEqual([method, url], ['GET', '/programs/client.json?v=2'])
    assert.deepEqual(Object.keys(headers).toSorted(), ['accept', 'connection', 'host'])
  })

  test('is nothing from a host whose certificate is of another name, or of nobody we trust', async (t) => {
    answer = (response) => response.writeHead(200, json).end('{}')
    const before = seen.length
    const byAddress = new URL(`https://127.0.0.1:${host.port}/client.json`)
    assert.equal(await fetchDocument(byAddress), undefined)
    let asked = 0
    const stranger = await listen(callerCertificate, () => asked++)
    t.after(stranger.stop)
    assert.equal(await fetchDocument(new URL(`${stranger.origin}/client.json`)), undefined)
    assert.deepEqual([seen.length - before, asked], [0, 0])
  })

  test('attack: is not fetched from where a redirect leads', async () => {
    const before = seen.length
    for (const status of [301, 302, 303, 307, 308])
      await nothingWhere((response) => {
        answer = (elsewhere) => elsewhere.writeHead(200, json).end('{}')
        response.writeHead(status, { location: '/elsewhere.json' }).end('{}')
      })
    assert.equal(seen.length - before, 5)
  })

  test('is nothing where the answer is no document', async () => {
    for (const status of [201, 204, 206, 304, 401, 404, 500])
      await nothingWhere((response) => response.writeHead(status).end())
    await nothingWhere((response) => response.destroy())
    await nothingWhere((response) => {
      response.writeHead(200, { ...json, 'content-length': 10 }).write('{}')
      setImmediate(() => response.destroy())
    })
  })

  test('attack: is nothing beyond 16 KiB, whether its length was told or not', async () => {
    const most = ' '.repeat(16 * 1024)
    answer = (response) => response.writeHead(200, json).end(most)
    assert.equal(await read(), most)
    await nothingWhere((response) => response.writeHead(200, json).end(`${most} `))
    await nothingWhere((response) => {
      response.writeHead(200, json)
      for (let n = 0; n < 17; n++) response.write(' '.repeat(1024))
    })
  })

  test('attack: a host that says nothing, or never ends, holds up nobody for longer than its time', async () => {
    const isOver = async (serve: typeof answer) => {
      const asked = new Promise<void>((resolve) => {
        answer = (response) => {
          serve(response)
          resolve()
        }
      })
      const reading = read()
      await asked
      clock.advance(5001)
      clock.ring()
      assert.equal(await reading, undefined)
    }
    await isOver(() => {})
    await isOver((response) => response.writeHead(200, json).write(' '))
  })

  test('attack: what listens without TLS is told nothing of what is asked', async (t) => {
    const heard: Buffer[] = []
    const plain = listenPlainly((socket) => {
      socket.on('error', () => {})
      socket.on('data', (chunk) => {
        heard.push(chunk)
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
      })
    }).listen(0, '127.0.0.1')
    await once(plain, 'listening')
    t.after(() => plain.close())
    const { port } = plain.address() as AddressInfo
    assert.equal(await fetchDocument(new URL(`https://localhost:${port}/secret.json`)), undefined)
    assert(!Buffer.concat(heard).includes('secret'))
  })

  for (const address of ['169.254.169.254', '[fe80::1]', '[::ffff:169.254.169.254]'])
    test(`attack: nothing is sent to ${address}`, async () => {
      assert.equal(await fetchDocument(new URL(`https://${address}/client.json`)), undefined)
    })
})
