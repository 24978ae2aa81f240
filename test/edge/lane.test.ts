// The lane for plain requests and node:http behind it, on one port.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { BlockList } from 'node:net'
import { after, describe, test } from 'node:test'
import type { PlainEdge } from '#edge/listen.ts'
import { readBody } from '#gateway/read.ts'
import { systemClock } from '#lib/clock.ts'
import type { HttpRequest, HttpResponse } from '#lib/ingress/exchange.ts'
import { callerCertificate } from '../senders/caller-certificate.ts'
import { selfSigned } from '../upstream/self-signed.ts'
import { dial, type Listening, post, startListener } from './listening.ts'

const about = { limitBytes: 1_000_000, timeoutMs: 10_000, clock: systemClock }

/** Answers what came, and by which way it came. */
const echo: PlainEdge = async (request, response) => {
  const body = await readBody({ request, response }, about)
  const way = request.whole === undefined ? 'node' : 'lane'
  const { method, url, rawHeaders } = request
  const told = Buffer.from(JSON.stringify({ method, url, rawHeaders, body: body.toString() }))
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': told.length, way })
  response.end(told)
}

const open: (() => unknown)[] = []
after(() => Promise.all(open.map((close) => close())))
const start = async (edge: PlainEdge, more: Parameters<typeof startListener>[1] = {}) => {
  const listening = await startListener(edge, more)
  open.push(listening.close)
  return listening
}
const call = async (to: Listening, pair: object = {}) => {
  const one = await dial(to, pair)
  open.unshift(one.close)
  return one
}

/** An answer without the time and the words for its status, its fields in lower case and in order. */
const plainly = (text: string): string => {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
  const [line, ...fields] = head.split('\r\n')
  const named = fields.map((field) => field.replace(/^[^:]+/, (name) => name.toLowerCase()))
  const kept = named.filter((field) => !/^(date|way):/.test(field)).sort()
  return [line?.slice(0, 12), ...kept, '', body].join('\r\n')
}

describe('Plain requests by the lane, all others by node:http', () => {
  test('one connection may have as many as it likes by the lane', async () => {
    const caller = await call(await start(echo))
    for (let n = 0; n < 3; n++) {
      caller.forget()
      caller.write(post(`${n}`))
      assert.match(await caller.until(`"body":"${n}"`), /way: lane/)
    }
  })

  test('what does not come whole at once goes to node:http, and so does all that comes behind it', async () => {
    const caller = await call(await start(echo))
    caller.write(post('first'))
    assert.match(await caller.until('"body":"first"'), /way: lane/)
    caller.forget()
    const text = post('second')
    caller.write(text.slice(0, 30))
    await new Promise(setImmediate)
    caller.write(text.slice(30))
    assert.match(await caller.until('"body":"second"'), /way: node/)
    caller.forget()
    caller.write(post('third'))
    assert.match(await caller.until('"body":"third"'), /way: node/)
  })

  test('a body of a megabyte arrives as it was sent', async () => {
    const sizes: PlainEdge = async (request, response) => {
      const body = await readBody({ request, response }, about)
      response.writeHead(200, {})
      response.end(Buffer.from(`${body.length} ${body.every((byte) => byte === 97)}`))
    }
    const caller = await call(await start(sizes))
    caller.write(post('a'.repeat(900_000)))
    assert.match(await caller.until(/900000 true/), /200 OK/)
  })

  test('other edges never see what came by the lane', async () => {
    const caller = await call(await start(echo))
    caller.write(post('x').replace('/mcp/ops', '/healthz/a'))
    assert.match(await caller.until('"body":"x"'), /way: node/)
  })

  test('answers are the same by both ways, byte for byte but for the time', async () => {
    const answers: Record<string, (response: HttpResponse) => void> = {
      json(response) {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 })
        response.end(Buffer.from('{}'))
      },
      nothing(response) {
        response.writeHead(202, { 'content-length': 0 })
        response.end()
      },
      'no content'(response) {
        response.writeHead(204, {})
        response.end()
      },
      events(response) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.flushHeaders()
        response.write(Buffer.from('data: 1\n\n'))
        response.write(Buffer.from(''))
        response.write(Buffer.from(`data: ${'é'.repeat(40_000)}\n\n`))
        response.end()
      },
      'a field beside'(response) {
        response.setHeader('dpop-nonce', 'n1')
        response.writeHead(401, { 'www-authenticate': 'DPoP', 'content-length': 1 })
        response.end(Buffer.from('x'))
      },
      'the last one'(response) {
        response.writeHead(408, { 'content-length': 1, connection: 'close' })
        response.end(Buffer.from('x'))
      },
      'a field that would be two'(response) {
        response.writeHead(200, { a: 'b\r\nc: d', 'content-length': 0 })
        response.end()
      },
      'a name that would be a field'(response) {
        response.writeHead(200, { 'a: b\r\nc': 'd', 'content-length': 0 })
        response.end()
      },
      'a fault behind the head'(response) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.flushHeaders()
        throw new Error('unforeseen')
      },
    }
    const edge: PlainEdge = async (request, response) => {
      const body = await readBody({ request, response }, about)
      answers[body.toString()]?.(response)
    }
    const [lane, node] = await Promise.all([start(edge), start(edge, { lane: false })])
    for (const name of Object.keys(answers)) {
      const told = await Promise.all(
        [lane, node].map(async (to) => {
          const caller = await call(to)
          caller.write(post(name))
          const text = await caller.until(/\r\n\r\n(x|.*\})?$/)
          return plainly(text)
        }),
      )
      assert.equal(told[0], told[1], name)
      assert.notEqual(told[0], '', name)
    }
  })

  test('attack: whatever is wrong with a request is answered as node:http answers it', async () => {
    const [lane, node] = await Promise.all([start(echo), start(echo, { lane: false })])
    const good = post('{}')
    const wrong: Record<string, string> = {
      'a length and chunks': good.replace('Content', 'Transfer-Encoding: chunked\r\nContent'),
      'two lengths': good.replace('Content', 'Content-Length: 9\r\nContent'),
      'a length with a sign': good.replace(': 2', ': +2'),
      'a space before a colon': good.replace('Length:', 'Length :'),
      'LF alone': good.replaceAll('\r\n', '\n'),
      'a continued line': good.replace('Content', ' a\r\nContent'),
      'a NUL': good.replace('Content', 'X: a\0b\r\nContent'),
      'no host': good.replace('Host: a.example\r\n', ''),
      'two hosts': good.replace('Content', 'Host: b.example\r\nContent'),
      'a foreign host': good.replace('a.example', 'b.example'),
      'a field of ours twice': good.replace('Content', 'mcp-a: b\r\nMCP-A: c\r\nContent'),
      'an absolute target': good.replace('/mcp/ops', 'http://a.example/mcp/ops'),
      'a target with dots': good.replace('/mcp/ops', '/mcp/ops/../b'),
      'a target with escaped slashes': good.replace('/mcp/ops', '/mcp/a%2fb'),
      'an empty segment': good.replace('/mcp/ops', '/mcp//ops'),
      'nothing there': good.replace('/mcp/ops', '/nowhere/ops'),
      'nothing there, nearly': good.replace('/mcp/ops', '/mcpX'),
      'no segment behind the first': good.replace('/mcp/ops', '/mcp'),
      'a second request in one piece': good + good.replace('{}', '[]'),
      'half a second request in one piece': good + good.slice(0, 20),
      'a head beyond every limit': good.replace('Content', `X: ${'a'.repeat(40_000)}\r\nContent`),
      'an upgrade': good.replace('Content', 'Connection: upgrade\r\nUpgrade: h2c\r\nContent'),
      'no HTTP': 'hello\r\n\r\n',
      'a connection that is to close': good.replace('Content', 'Connection: close\r\nContent'),
    }
    const told = async (to: Listening, text: string): Promise<string[]> => {
      const caller = await call(to)
      caller.write(text)
      await caller.until(/\r\n\r\n/)
      // One that is good in the end shows that nothing of what came before it was left over.
      caller.write(post('last', 'Connection: close'))
      return (await caller.over()).split(/(?=HTTP\/1\.1 )/).map(plainly)
    }
    for (const [name, text] of Object.entries(wrong)) {
      const [[first, ...more], [same, ...others]] = await Promise.all([
        told(lane, text),
        told(node, text),
      ])
      // Whether the connection is kept hangs on whether the body had come when the head was refused.
      const kept = /\n(connection|keep-alive):[^\r]*\r/g
      assert.equal(first?.replaceAll(kept, ''), same?.replaceAll(kept, ''), name)
      assert(first, name)
      if (others.length > 0) assert.deepEqual(more, others, name)
      else if (more.length > 0) assert.match(more.join(''), /^HTTP\/1\.1 200[\s\S]*"body":"last"}$/)
    }
  })

  test('attack: a request sent before the first is answered is refused, and the first is answered', async () => {
    const { promise, resolve } = Promise.withResolvers<HttpResponse>()
    const caller = await call(await start((_request, response) => resolve(response)))
    const { socket } = caller
    caller.write(post('1'))
    const response = await promise
    for (const part of [post('2').slice(0, 9), post('2').slice(9)]) {
      const sent = socket.bytesWritten + part.length
      caller.write(part)
      while (socket.bytesWritten < sent) await new Promise(setImmediate)
      for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
    }
    assert.equal(caller.text(), '')
    response.writeHead(200, { 'content-length': 5 })
    response.end(Buffer.from('first'))
    const told = await caller.until('before the first')
    assert.match(told, /^HTTP\/1\.1 200 OK\r\n[\s\S]*first[\s\S]*HTTP\/1\.1 400 /)
  })
})

describe('Callers of the lane who go, wait or say nothing', () => {
  /** Tells of the request that is under way, and answers it when it is told to. */
  const parked = () => {
    const { promise, resolve } = Promise.withResolvers<{
      request: HttpRequest
      response: HttpResponse
    }>()
    const edge: PlainEdge = (request, response) => resolve({ request, response })
    return { edge, underWay: promise }
  }
  const closed = (response: HttpResponse): Promise<boolean> =>
    new Promise((resolve) => response.on('close', () => resolve(response.writableFinished)))

  test('a caller that goes is told of as a response that closes unfinished, and nothing is written to nobody', async () => {
    const { edge, underWay } = parked()
    const caller = await call(await start(edge))
    caller.write(post('x'))
    const { response } = await underWay
    const gone = closed(response)
    caller.close()
    assert.equal(await gone, false)
    assert.equal(response.closed && response.destroyed, true)
    response.writeHead(200, {})
    assert.equal(response.write(Buffer.from('x')), true)
    response.end(Buffer.from('x'))
    assert.equal(response.writableEnded, false)
  })

  test('a caller that closes its side alone has gone, as for node:http', async () => {
    for (const lane of [true, false]) {
      const { edge, underWay } = parked()
      const caller = await call(await start(edge, { lane }))
      caller.write(post('x'))
      const { response } = await underWay
      const gone = closed(response)
      caller.socket.end()
      assert.equal(await gone, false)
    }
  })

  test('a response that is over is told once as finished, and its end does not end the connection', async () => {
    const { edge, underWay } = parked()
    const to = await start((request, response, segments) =>
      request.headers.again === undefined
        ? edge(request, response, segments)
        : echo(request, response, segments),
    )
    const caller = await call(to)
    caller.write(post('x'))
    const { response } = await underWay
    const over = closed(response)
    response.end(Buffer.from('done'))
    assert.equal(await over, true)
    response.destroy()
    await caller.until('done')
    caller.write(post('y', 'Again: 1'))
    assert.match(await caller.until('"body":"y"'), /way: lane/)
  })

  test('nobody is asked to wait for a caller that has gone, also where only writing shows it', async () => {
    const { edge, underWay } = parked()
    const caller = await call(await start(edge))
    caller.write(post('x'))
    const { response } = await underWay
    const gone = closed(response)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    caller.socket.resetAndDestroy()
    for (let n = 0; n < 3; n++) assert.equal(response.write(Buffer.from('data: x\n\n')), true)
    assert.equal(await gone, false)
  })

  test('whoever does not read makes the stream wait, and lets it go on by reading', async () => {
    const { edge, underWay } = parked()
    const caller = await call(await start(edge))
    caller.socket.pause()
    caller.write(post('x'))
    const { response } = await underWay
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const piece = Buffer.alloc(100_000, 'a')
    let pieces = 1
    while (response.write(piece)) pieces++
    const drained = new Promise<void>((resolve) => response.on('drain', resolve))
    caller.socket.resume()
    await drained
    response.end()
    const told = await caller.until(/0\r\n\r\n$/)
    assert.equal(told.split('a'.repeat(100_000)).length - 1, pieces)
  })

  test('attack: a connection that never asks is closed without a word, and one that waits for long is', async () => {
    const to = await start(echo)
    const silent = await call(to)
    const asked = await call(to)
    asked.write(post('x'))
    await asked.until('"body":"x"')
    to.clock.advance(15_000)
    asked.forget()
    asked.write(post('y'))
    assert.match(await asked.until('"body":"y"'), /way: lane/)
    to.clock.advance(5000)
    assert.equal(await silent.over(), '')
    to.clock.advance(40_000)
    asked.forget()
    asked.write(post('z'))
    assert.match(await asked.until('"body":"z"'), /way: lane/)
    asked.forget()
    to.clock.advance(65_000)
    assert.equal(await asked.over(), '')
  })

  test('whoever waits for an answer is not closed, however long that takes', async () => {
    const { edge, underWay } = parked()
    const to = await start(edge)
    const caller = await call(to)
    caller.write(post('x'))
    const { response } = await underWay
    to.clock.advance(600_000)
    response.end(Buffer.from('late'))
    assert.match(await caller.until('late'), /200 OK/)
  })

  test('an answer that is read slowly is under way until it is read, by the time and at a stop', async () => {
    const bytes = Buffer.alloc(20_000_000, 'a')
    const large: PlainEdge = (_request, response) => void response.end(bytes)
    const to = await startListener(large)
    const slow = await call(to)
    slow.socket.pause()
    slow.write(post('x'))
    await once(slow.socket, 'readable')
    for (let n = 0; n < 100; n++) to.clock.advance(5000)
    const closed = to.close()
    slow.socket.resume()
    const told = await slow.over()
    assert.equal(told.length - told.indexOf('\r\n\r\n') - 4, bytes.length)
    await closed
  })

  test('a thousand connections that come and go leave nothing that has to be looked at', async () => {
    const to = await start(echo)
    for (let n = 0; n < 20; n++) {
      const callers = await Promise.all(Array.from({ length: 50 }, () => dial(to)))
      await Promise.all(
        callers.map(async (caller) => {
          caller.write(post('x'))
          assert.match(await caller.until('"body":"x"'), /way: lane/)
          caller.close()
        }),
      )
    }
    const last = await call(to)
    last.write(post('x'))
    assert.match(await last.until('"body":"x"'), /way: lane/)
  })
})

describe('A stop', () => {
  test('closes what is idle at once, and what is under way behind its answer, which says so', async () => {
    const { promise, resolve } = Promise.withResolvers<HttpResponse>()
    const to = await startListener((request, response, segments) =>
      request.headers.parked === undefined
        ? echo(request, response, segments)
        : void resolve(response),
    )
    const [idle, never, busy] = await Promise.all([call(to), call(to), call(to)])
    idle.write(post('x'))
    await idle.until('"body":"x"')
    busy.write(post('y', 'Parked: 1'))
    const response = await promise
    const closed = to.close()
    await Promise.all([idle.over(), never.over()])
    assert.equal(busy.text(), '')
    response.writeHead(200, { 'content-length': 4 })
    response.end(Buffer.from('done'))
    assert.match(await busy.over(), /\r\nConnection: close\r\n[\s\S]*done$/)
    await closed
  })

  test('closes a stream that had begun before it once that ends', async () => {
    const { promise, resolve } = Promise.withResolvers<HttpResponse>()
    const to = await startListener((_request, response) => resolve(response))
    const caller = await call(to)
    caller.write(post('x'))
    const response = await promise
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(Buffer.from('data: 1\n\n'))
    await caller.until('data: 1')
    const closed = to.close()
    response.end()
    assert.match(await caller.over(), /0\r\n\r\n$/)
    await closed
  })
})

describe('Who may come, and with what', () => {
  test('attack: whoever is not among the trusted proxies is not heard by either way', async () => {
    const trusted = new BlockList()
    trusted.addAddress('192.0.2.1')
    let served = 0
    const to = await start(() => void served++, { trusted })
    const caller = await call(to)
    caller.write(post('x'))
    assert.equal(await caller.over(), '')
    assert.equal(served, 0)
  })

  test('over TLS both ways are there, and both see the certificate of their caller', async () => {
    const { cert, key } = selfSigned
    const tls = { cert: Buffer.from(cert), key: Buffer.from(key) }
    const certified: PlainEdge = async (request, response) => {
      await readBody({ request, response }, about)
      const { socket } = request as { socket: { getPeerX509Certificate?(): { subject: string } } }
      const way = request.whole === undefined ? 'node' : 'lane'
      const subject = socket.getPeerX509Certificate?.()?.subject
      response.writeHead(200, {})
      response.end(Buffer.from(`${way} ${subject};`))
    }
    const to = await start(certified, { tls, asksForCertificates: true })
    const caller = await call(to, callerCertificate)
    caller.write(post('x'))
    assert.match(await caller.until(';'), /lane CN=caller;/)
    caller.forget()
    caller.write(post('y').slice(0, 40))
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
    caller.write(post('y').slice(40))
    assert.match(await caller.until(';'), /node CN=caller;/)
    const gone = await call(to)
    gone.write(post('x'))
    assert.match(await gone.until(';'), /lane undefined;/)
  })
})
